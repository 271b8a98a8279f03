import Foundation

/// The folder of conformance cases that stands beside the package in the project's own workshop; absent elsewhere.
enum SharedFolder {
  /// `../shared` of the package root.
  static let url = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "shared")

  /// The folder `path` inside it, or `nil` with a loud message where it is absent.
  static func folder(_ path: String) -> URL? {
    let folder = url.appending(path: path)
    guard FileManager.default.fileExists(atPath: folder.path) else {
      print("NOT RUN: ../shared/\(path) is absent, so its cases are not checked")
      return nil
    }
    return folder
  }

  /// The sorted names of the folders in `folder`.
  static func cases(in folder: URL) -> [String] {
    let entries =
      (try? FileManager.default.contentsOfDirectory(
        at: folder, includingPropertiesForKeys: [.isDirectoryKey])) ?? []
    return entries.filter {
      (try? $0.resourceValues(forKeys: [.isDirectoryKey]))?.isDirectory == true
    }.map(\.lastPathComponent).sorted()
  }
}
