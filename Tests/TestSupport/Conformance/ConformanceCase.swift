import ClusterModel
import Foundation
import Manifests
import Yams

/// One case of a conformance suite: a cluster, policies, and connections with their verdicts.
public struct ConformanceCase: Sendable, CustomStringConvertible {
  /// `recipes/01-deny-all`.
  public let name: String
  public let title: String
  /// Rule ids of the semantics that the case exercises.
  public let rules: [String]
  public let profile: Profile
  public let clusterFile: URL
  public let policiesFile: URL
  public let expectations: [ConformanceExpectation]

  public var description: String { name }

  /// The cases of a suite in the order of their names; none, said loudly, where the suite is absent.
  public static func all(in suite: String) throws -> [ConformanceCase] {
    guard let folder = SharedFolder.folder("conformance/\(suite)") else { return [] }
    return try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
      .filter {
        FileManager.default.fileExists(atPath: $0.appending(path: "case.yaml").path)
      }
      .sorted { $0.lastPathComponent < $1.lastPathComponent }
      .map { try ConformanceCase(folder: $0) }
  }

  public init(folder: URL) throws {
    let header = try YAMLDecoder().decode(
      Header.self, from: String(contentsOf: folder.appending(path: "case.yaml"), encoding: .utf8))
    name = "\(folder.deletingLastPathComponent().lastPathComponent)/\(folder.lastPathComponent)"
    title = header.title
    rules = header.rules ?? []
    profile = try Self.profile(header.profile ?? [:])
    clusterFile = folder.appending(path: header.cluster ?? "cluster.yaml").standardizedFileURL
    policiesFile = folder.appending(path: "policies.yaml")
    expectations = try ConformanceExpectation.table(in: folder.appending(path: "expect.tsv"))
  }

  /// The cluster and the policies of the case.
  ///
  /// - Throws: ``ConformanceError`` where a manifest has an error.
  public func load() throws -> World {
    var loader = ManifestLoader()
    loader.load(path: clusterFile.path)
    loader.load(path: policiesFile.path)
    let loaded = loader.finish()
    if let error = loaded.findings.first(where: { $0.severity == .error }) {
      throw ConformanceError("\(name): \(error)")
    }
    return World(snapshot: loaded.snapshot, policies: loaded.policies, profile: profile)
  }

  private struct Header: Decodable {
    var title: String
    var rules: [String]?
    var profile: [String: Bool]?
    var cluster: String?
  }

  /// The default profile with the flags that a case names.
  private static func profile(_ flags: [String: Bool]) throws -> Profile {
    var profile = Profile.upstream
    for (name, value) in flags {
      guard let flag = Profile.flags.first(where: { $0.name == name }) else {
        throw ConformanceError("case.yaml: no profile flag is called \(name)")
      }
      profile[keyPath: flag.keyPath] = value
    }
    return profile
  }
}

/// A case that cannot be read or asked.
public struct ConformanceError: Error, CustomStringConvertible {
  public let description: String

  init(_ description: String) { self.description = description }
}
