import Foundation
import Testing

@testable import Manifests

@Suite struct ManifestFilesTests {
  /// A folder that is removed when the test is over.
  final class TemporaryFolder {
    let path: String

    init() throws {
      let url = FileManager.default.temporaryDirectory.appending(
        path: "manifests-\(UUID().uuidString)")
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
      path = url.path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ name: String, _ text: String = "") throws {
      let file = URL(filePath: path).appending(path: name)
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: file)
    }

    func link(_ name: String, to target: String) throws {
      try FileManager.default.createSymbolicLink(
        atPath: "\(path)/\(name)", withDestinationPath: target)
    }
  }

  static func pod(_ name: String) -> String {
    "apiVersion: v1\nkind: Pod\nmetadata: {name: \(name), namespace: n}\n"
  }

  @Test func `a folder is searched in order of name, its own files first`() throws {
    let folder = try TemporaryFolder()
    for name in [
      "b.yaml", "a/z.json", "a.yml", "c.txt", "README.md", ".hidden.yaml", ".git/x.yaml",
      "a/b/D.YAML",
    ] {
      try folder.write(name)
    }
    let files = ManifestFiles(folder.path)
    #expect(files.isFolder)
    #expect(
      files.files == ["a.yml", "b.yaml", "a/z.json", "a/b/D.YAML"].map { "\(folder.path)/\($0)" })
  }

  @Test func `links are followed, and loops of links end`() throws {
    let folder = try TemporaryFolder()
    try folder.write("real/pod.yaml")
    try folder.link("real/back", to: "..")
    try folder.link("real/self", to: ".")
    try folder.link("linked.yaml", to: "real/pod.yaml")
    try folder.link("broken.yaml", to: "nowhere")
    let files = ManifestFiles(folder.path)
    #expect(files.files == ["linked.yaml", "real/pod.yaml"].map { "\(folder.path)/\($0)" })
    #expect(files.unreadable.map(\.path) == ["\(folder.path)/broken.yaml"])
  }

  @Test func `a file that is named is read whatever its ending`() throws {
    let folder = try TemporaryFolder()
    try folder.write("dump.txt", Self.pod("a"))
    var loader = ManifestLoader()
    loader.load(path: "\(folder.path)/dump.txt")
    let loaded = loader.finish()
    #expect(loaded.snapshot.pods.map(\.name) == ["a"])
    #expect(loaded.snapshot.pods[0].location?.file == "\(folder.path)/dump.txt")
  }

  @Test func `several paths are read one after another`() throws {
    let folder = try TemporaryFolder()
    try folder.write("one/a.yaml", Self.pod("a"))
    try folder.write(
      "two/b.json", #"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"b","namespace":"n"}}"#)
    var loader = ManifestLoader()
    loader.load(path: "\(folder.path)/two")
    loader.load(path: "\(folder.path)/one/")
    let loaded = loader.finish()
    #expect(loaded.snapshot.pods.map(\.name) == ["b", "a"])
    #expect(loaded.files.map(\.path) == ["\(folder.path)/two/b.json", "\(folder.path)/one/a.yaml"])
  }

  @Test func `what cannot be read is an error that names it`() throws {
    let folder = try TemporaryFolder()
    var loader = ManifestLoader()
    loader.load(path: "\(folder.path)/nothing.yaml")
    let loaded = loader.finish()
    #expect(loaded.findings.map(\.kind) == [.unreadable])
    #expect(loaded.hasErrors)
    #expect(
      loaded.findings[0].message
        == "\(folder.path)/nothing.yaml cannot be read: No such file or directory")
  }

  @Test func `a folder without manifests is remarked, an empty file too`() throws {
    let folder = try TemporaryFolder()
    try folder.write("empty/nothing.txt")
    try folder.write("some/nothing.yaml")
    var loader = ManifestLoader()
    loader.load(path: "\(folder.path)/empty")
    loader.load(path: "\(folder.path)/some")
    #expect(loader.finish().findings.map(\.kind) == [.emptyFile, .emptyFile])
  }

  @Test func `a file of many megabytes is read as a small one is`() throws {
    let folder = try TemporaryFolder()
    let filler = String(repeating: "# " + String(repeating: "x", count: 998) + "\n", count: 20_000)
    try folder.write(
      "large.yaml", Self.pod("a") + "---\n" + filler + Self.pod("b") + "---\n" + Self.pod("c"))
    var loader = ManifestLoader()
    loader.load(path: "\(folder.path)/large.yaml")
    let loaded = loader.finish()
    #expect(loaded.snapshot.pods.map(\.name) == ["a", "b", "c"])
    #expect(loaded.snapshot.pods[2].location?.line == 20_009)
  }
}
