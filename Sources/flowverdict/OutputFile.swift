import Glibc
import Reports

/// A file, or standard output, that reports are written to.
final class OutputFile {
  static func standardOutput() -> OutputFile {
    OutputFile(descriptor: STDOUT_FILENO, name: "standard output")
  }

  private let descriptor: Int32
  private let name: String
  /// Whether the reader of a pipe has gone: that is no error, there is only nobody left to write for.
  private var isClosedByReader = false

  private init(descriptor: Int32, name: String) {
    self.descriptor = descriptor
    self.name = name
  }

  /// Creates `path`, or empties it.
  init(path: String) throws {
    // Safe: the string is passed as a C string for the time of the call.
    descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    name = path
    if descriptor < 0 { throw CommandFailure("\(path): \(lastSystemError()); cannot be written") }
  }

  deinit { if descriptor > STDERR_FILENO { _ = close(descriptor) } }

  /// - Throws: ``CommandFailure`` where the bytes cannot be written.
  func write(_ bytes: [UInt8]) throws {
    var start = 0
    while start < bytes.count, !isClosedByReader {
      // Safe: the pointer is used only inside the closure, for the bytes that are left.
      let count = unsafe bytes.withUnsafeBytes { buffer in
        unsafe Glibc.write(descriptor, buffer.baseAddress! + start, buffer.count - start)
      }
      if count >= 0 {
        start += count
      } else if errno == EPIPE {
        isClosedByReader = true
      } else if errno != EINTR {
        throw CommandFailure("\(name): \(lastSystemError())")
      }
    }
  }

  var isTerminal: Bool { isatty(descriptor) == 1 }

  /// Columns of the terminal; `nil` where this is none.
  var terminalWidth: Int? {
    guard isTerminal else { return nil }
    var size = winsize()
    // Safe: TIOCGWINSZ fills exactly one `winsize`, which outlives the call.
    guard unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
      return nil
    }
    return Int(size.ws_col)
  }
}

/// Messages beside the report.
enum StandardError {
  /// One line; control characters that came from files are escaped.
  static func line(_ text: String) { write(TerminalText.escaped(text) + "\n") }

  static func write(_ text: String) {
    let bytes = Array(text.utf8)
    var start = 0
    while start < bytes.count {
      // Safe: as in ``OutputFile/write(_:)``. Nobody can be told where messages cannot be written.
      let count = unsafe bytes.withUnsafeBytes { buffer in
        unsafe Glibc.write(STDERR_FILENO, buffer.baseAddress! + start, buffer.count - start)
      }
      if count < 0 && errno != EINTR { return }
      start += max(count, 0)
    }
  }

  static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }
}

/// A write to a pipe whose reader has gone then fails with EPIPE instead of ending the process, so that reports to files
/// are still finished.
func ignoreBrokenPipes() {
  _ = signal(SIGPIPE, SIG_IGN)
}

/// The operating system's words for `errno`.
func lastSystemError() -> String {
  // Safe: strerror returns a valid C string for every number; it is copied at once.
  guard let text = unsafe strerror(errno) else { return "error \(errno)" }
  return unsafe String(cString: text)
}
