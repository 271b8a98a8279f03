import Foundation

/// Compares output with what a file of `Tests/Snapshots` holds, byte by byte.
///
/// With `FLOWVERDICT_RECORD_SNAPSHOTS=1` in the environment the files are written instead: look at the change before it is
/// committed.
public enum Snapshot {
  /// `nil` where `text` equals the file called `name`; else what differs first.
  public static func difference(
    of text: String, from name: String, testFile: String = #filePath
  ) -> String? {
    let file = URL(filePath: testFile).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Snapshots").appending(path: name)
    if ProcessInfo.processInfo.environment["FLOWVERDICT_RECORD_SNAPSHOTS"] == "1" {
      do {
        try FileManager.default.createDirectory(
          at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
        return nil
      } catch {
        return "\(name) cannot be written: \(error)"
      }
    }
    guard let bytes = try? Data(contentsOf: file) else { return "\(name) cannot be read" }
    let expected = String(decoding: bytes, as: UTF8.self)
    if text == expected { return nil }
    let actualLines = text.components(separatedBy: "\n")
    let expectedLines = expected.components(separatedBy: "\n")
    for index in 0..<max(actualLines.count, expectedLines.count) {
      let actual = index < actualLines.count ? actualLines[index] : "<end>"
      let wanted = index < expectedLines.count ? expectedLines[index] : "<end>"
      if actual != wanted {
        return
          "\(name):\(index + 1)\nexpected: \(wanted)\nis:       \(actual)\n\nall of it:\n\(text)"
      }
    }
    return "\(name) differs"
  }
}
