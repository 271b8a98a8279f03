import Foundation

/// The folder of cases that lies beside the package and is no part of it.
public enum SharedFolder {
  /// `../shared` from the package's root, or `nil` where there is none.
  public static let url: URL? = {
    // Tests/TestSupport/SharedFolder.swift
    let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let url = package.deletingLastPathComponent().appending(path: "shared")
    return (try? url.resourceValues(forKeys: [.isDirectoryKey]))?.isDirectory == true ? url : nil
  }()

  /// A folder in it, or `nil`, said loudly, where it is absent.
  public static func folder(_ path: String) -> URL? {
    guard let folder = url?.appending(path: path),
      FileManager.default.fileExists(atPath: folder.path)
    else {
      print("*** SKIPPED: ../shared/\(path) is not beside the package ***")
      return nil
    }
    return folder
  }
}
