/// A part of what is written to a file front to back.
public enum FilePiece: Hashable, Sendable {
    /// As they are.
    case bytes(ArraySlice<UInt8>)
    /// So many zero bytes, left unwritten where the file system can.
    case zeroes(Int)
}
