import Glibc

/// Text files that a command reads whole.
enum InputText {
  /// The text of a file, or of standard input for `-`; bytes that are not UTF-8 become U+FFFD.
  /// - Throws: ``CommandFailure`` where it cannot be read.
  static func read(_ path: String) throws -> String {
    // Safe: the string is passed as a C string for the time of the call.
    let descriptor = path == "-" ? STDIN_FILENO : unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw CommandFailure("\(path): \(lastSystemError())") }
    defer { if descriptor != STDIN_FILENO { close(descriptor) } }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      // Safe: `read` writes at most the buffer's count.
      let count = unsafe piece.withUnsafeMutableBytes { buffer in
        unsafe Glibc.read(descriptor, buffer.baseAddress!, buffer.count)
      }
      if count == 0 {
        // Some editors begin files with a byte order mark.
        let text = bytes.starts(with: [0xef, 0xbb, 0xbf]) ? bytes[3...] : bytes[...]
        return String(decoding: text, as: UTF8.self)
      }
      if count > 0 {
        bytes += piece[..<count]
      } else if errno != EINTR {
        throw CommandFailure("\(path): \(lastSystemError())")
      }
    }
  }

  /// Whether `path` is a folder that exists.
  static func isFolder(_ path: String) -> Bool {
    var status = stat()
    // Safe: `stat` fills exactly one `stat`, which outlives the call.
    return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }
}
