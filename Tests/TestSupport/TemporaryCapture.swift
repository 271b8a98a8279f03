import Foundation

/// A capture in a temporary file, gone when the value is.
public final class TemporaryCapture {
  public let path: String

  public init(_ bytes: [UInt8], name: String = "capture.pcap") throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "fv-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let file = folder.appending(path: name)
    try Data(bytes).write(to: file)
    path = file.path()
  }

  deinit {
    try? FileManager.default.removeItem(
      at: URL(filePath: path).deletingLastPathComponent())
  }
}
