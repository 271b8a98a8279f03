#if canImport(Glibc)
  import Glibc
#endif

/// Why a capture could not be opened at all.
public struct CaptureError: Error, Hashable, Sendable {
  public enum Code: Hashable, Sendable {
    /// The file cannot be opened or read.
    case unreadable
    /// No reader knows the format.
    case unknownFormat
    /// The filter expression is not valid.
    case invalidFilter
    /// Too few bytes for any capture format.
    case empty
  }

  public var code: Code
  /// What went wrong and, where there is one, the remedy.
  public var message: String

  public init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }
}

extension CaptureError: CustomStringConvertible {
  public var description: String { message }
}

/// The operating system's words for an error number.
func systemMessage(_ errorNumber: Int32) -> String {
  // Safe: strerror returns a valid C string for every number; it is copied at once.
  guard let text = unsafe strerror(errorNumber) else { return "error \(errorNumber)" }
  return unsafe String(cString: text)
}
