#if RealXen
    import CLinux
    import Synchronization

    /// Memory that libxenguest takes and frees for each batch of a domain's pages.
    ///
    /// A daemon gives large blocks back as soon as they are freed, and filled a new one for each batch: half of the time of a
    /// restoration.
    enum LibraryMemory {
        private static let keepers = Mutex(0)

        /// Keeps what is freed for the next batch, while anybody restores.
        static func isKept<Result, Failure>(during body: () throws(Failure) -> Result) throws(Failure) -> Result {
            keepers.withLock { keepers in
                if keepers == 0 { clinux_keep_blocks() }
                keepers += 1
            }
            defer {
                keepers.withLock { keepers in
                    keepers -= 1
                    if keepers == 0 { clinux_give_blocks_back() }
                }
            }
            return try body()
        }
    }
#endif
