/// Why a table could not be built, read or written.
public struct TableError: Error, Sendable, Hashable {
  public enum Code: String, Sendable, Hashable {
    case outOfMemory
    /// The file cannot be opened or is no regular file.
    case unreadable
    /// The file cannot be created or written.
    case unwritable
    /// The file ends before the table does.
    case truncated
    /// The file does not start with the magic bytes of a table.
    case notATable
    /// A table of another format version or byte order.
    case unsupportedVersion
    /// The checksum does not fit the bytes.
    case checksumMismatch
    /// A field or an index is outside of its bounds.
    case corrupt
    /// More distinct rows, peers or port sets than the format holds.
    case limitExceeded
  }

  public var code: Code
  /// What is wrong and what to do about it, for people.
  public var message: String

  public init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }
}

extension TableError: CustomStringConvertible {
  public var description: String { message }
}
