import CLinux

/// Large pieces of this process's memory.
public enum LargeBlocks {
    /// Gives them back to the machine as soon as they are freed.
    ///
    /// The C library raises the size from which a block is a mapping of its own with every such block that is freed (mallopt(3),
    /// `M_MMAP_THRESHOLD`). From then on bodies of requests lie among small things that live on, and what a flood of them took
    /// is kept for good.
    public static func areGivenBack() { clinux_give_blocks_back() }
}
