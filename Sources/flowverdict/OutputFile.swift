import Glibc
import Reports

/// A file, or standard output, that reports are written to.
final class OutputFile {
  static func standardOutput(_ format: OutputFormat? = nil) -> OutputFile {
    OutputFile(descriptor: STDOUT_FILENO, name: "standard output", format: format)
  }

  private let descriptor: Int32
  private let name: String
  /// The form of the report in the file, if it is one that can be ended early.
  private let format: OutputFormat?
  /// Whether the reader of a pipe has gone: that is no error, there is only nobody left to write for.
  private(set) var isReaderGone = false
  /// Whether a write has failed: the report cannot be finished.
  private(set) var hasFailed = false
  /// The bytes written last, as far back as a report may have to be cut to end it.
  private var tail = ReportTail()

  private init(descriptor: Int32, name: String, format: OutputFormat?) {
    self.descriptor = descriptor
    self.name = name
    self.format = format
  }

  /// Creates `path`, or empties it.
  init(path: String, format: OutputFormat? = nil) throws {
    // Safe: the string is passed as a C string for the time of the call.
    descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    name = path
    self.format = format
    if descriptor < 0 { throw CommandFailure("\(path): \(lastSystemError()); cannot be written") }
  }

  deinit { if descriptor > STDERR_FILENO { _ = close(descriptor) } }

  /// Writes all of `bytes`, unless nobody reads them.
  ///
  /// Where a file takes no more, it is cut back to its last whole line and ended with a mark that says so, as far as it
  /// can be.
  /// - Throws: ``CommandFailure`` where the bytes cannot be written.
  func write(_ bytes: [UInt8]) throws {
    if let error = writeAll(bytes) {
      hasFailed = true
      let reason = systemErrorText(error)
      endEarly("the output ends here: \(reason)")
      throw CommandFailure("\(name): \(reason)")
    }
  }

  /// - Returns: the number of the error that stopped it; `nil` where all was written, or nobody reads.
  private func writeAll(_ bytes: [UInt8]) -> Int32? {
    var start = 0
    defer { tail.append(bytes[..<start]) }
    while start < bytes.count, !isReaderGone {
      // Safe: the pointer is used only inside the closure, for the bytes that are left.
      let count = unsafe bytes.withUnsafeBytes { buffer in
        unsafe Glibc.write(descriptor, buffer.baseAddress! + start, buffer.count - start)
      }
      if count >= 0 {
        start += count
      } else if errno == EPIPE {
        isReaderGone = true
      } else if errno != EINTR {
        return errno
      }
    }
    return nil
  }

  /// Cuts a regular file back so far that an ending fits, and writes it.
  private func endEarly(_ reason: String) {
    guard let format, let ending = tail.ending(of: format, reason: reason) else { return }
    var status = stat()
    // Safe: `fstat` fills exactly one `stat`, which outlives the call.
    guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return }
    // Others may write to the same file: then it is not ours to cut.
    let end = lseek(descriptor, 0, SEEK_CUR)
    guard end == status.st_size, end >= off_t(ending.dropped) else { return }
    let length = end - off_t(ending.dropped)
    guard ftruncate(descriptor, length) == 0, lseek(descriptor, length, SEEK_SET) == length else {
      return
    }
    _ = writeAll(ending.bytes)
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

/// All outputs of a run.
struct OutputSet {
  var files: [OutputFile]

  /// Whether no output can take any more, because everybody who read one has gone.
  var isEveryReaderGone: Bool { !files.isEmpty && files.allSatisfy(\.isReaderGone) }

  /// Whether a report cannot be finished.
  var hasFailed: Bool { files.contains(where: \.hasFailed) }
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

/// Writes to a pipe whose reader has gone, or beyond the largest file size, then fail instead of ending the process, so
/// that the other reports are still finished, and what is written stays readable.
func ignoreSignalsOfWrites() {
  _ = signal(SIGPIPE, SIG_IGN)
  _ = signal(SIGXFSZ, SIG_IGN)
}

/// The operating system's words for `errno`.
func lastSystemError() -> String { systemErrorText(errno) }

/// The operating system's words for an error.
func systemErrorText(_ number: Int32) -> String {
  // Safe: strerror returns a valid C string for every number; it is copied at once.
  guard let text = unsafe strerror(number) else { return "error \(number)" }
  return unsafe String(cString: text)
}
