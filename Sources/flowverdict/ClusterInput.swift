import ClusterModel
import FlowAudit
import LookupTable
import Manifests
import NetworkTypes
import PolicyCompilation

/// The cluster and policies that a command was given, read and complained about.
struct ClusterInput {
  let snapshot: ClusterSnapshot
  let policies: PolicySet
  /// The profile that was asked for; where profiles are compared, the first one.
  let profile: NamedProfile
  let digest: InputDigest
  /// What `--keep-going` left out, one sentence each.
  let leftOut: [String]
  /// What `--table` gave; else the policies are compiled when they are asked for.
  private let table: CompiledPolicies?
  private let isQuiet: Bool

  /// Reads everything, and writes findings to standard error.
  /// - Throws: ``CommandFailure`` where an input cannot be read, or holds what an API server would reject and the user did
  ///   not ask to keep going.
  ///
  /// - Parameter profile: in place of the one that `options` or the table name.
  init(_ options: ClusterOptions, profile: NamedProfile? = nil, isQuiet: Bool) throws {
    if let path = options.table {
      try self.init(table: path, profile: profile, isQuiet: isQuiet)
    } else {
      try self.init(
        manifests: options, profile: profile ?? options.profileOptions.named, isQuiet: isQuiet)
    }
  }

  /// Maps a table file.
  private init(table path: String, profile: NamedProfile?, isQuiet: Bool) throws {
    let compiled: CompiledPolicies
    do throws(TableError) {
      compiled = try CompiledPolicies(contentsOfFile: path)
    } catch {
      throw CommandFailure("\(error)")
    }
    table = compiled
    snapshot = compiled.snapshot
    policies = compiled.policies
    self.profile = profile ?? ProfileOptions.named(compiled.profile)
    leftOut = compiled.leftOut
    digest = InputDigest(snapshot, policies)
    self.isQuiet = isQuiet
    for part in leftOut {
      StandardError.line("warning: left out when \(path) was compiled: \(part)")
    }
  }

  private init(
    manifests options: ClusterOptions, profile: NamedProfile, isQuiet: Bool
  ) throws {
    table = nil
    self.profile = profile
    var loaded = Self.load(options.cluster, options)
    if !options.policies.isEmpty {
      loaded = loaded.replacingPolicies(with: Self.load(options.policies, options))
    }
    snapshot = loaded.snapshot
    policies = loaded.policies
    self.isQuiet = isQuiet
    Self.report(loaded, isQuiet: isQuiet)
    let errors = loaded.findings.filter { $0.severity == .error }
    if errors.contains(where: { $0.kind == .unreadable }) {
      throw CommandFailure("an input cannot be read")
    }
    if !errors.isEmpty, !options.keepGoing {
      let count = errors.count == 1 ? "one mistake" : "\(errors.count) mistakes"
      throw CommandFailure(
        "\(count) that an API server would reject; mend them, or leave such parts out with"
          + " --keep-going")
    }
    if snapshot.pods.isEmpty, snapshot.nodes.isEmpty, snapshot.services.isEmpty,
      snapshot.namespaces.allSatisfy({ $0.location == nil })
    {
      throw CommandFailure(
        "\(options.cluster.joined(separator: ", ")): no namespace, node, pod or Service; was the dump"
          + " made in full?")
    }
    if !options.policies.isEmpty, policies.networkPolicies.isEmpty, policies.clusterPolicies.isEmpty
    {
      StandardError.line(
        "warning: \(options.policies.joined(separator: ", ")): no policy; everything is allowed")
    }
    leftOut = errors.map(Self.text)
    digest = InputDigest(snapshot, policies)
  }

  private static func load(_ paths: [String], _ options: ClusterOptions) -> LoadedManifests {
    var loader = ManifestLoader(options: .init(defaultNamespace: options.defaultNamespace))
    for path in paths { loader.load(path: path) }
    return loader.finish()
  }

  private static func report(_ loaded: LoadedManifests, isQuiet: Bool) {
    for finding in loaded.findings where finding.severity != .note || !isQuiet {
      StandardError.line("\(finding)")
      if let consequence = finding.consequence { StandardError.line("  so: \(consequence)") }
    }
    guard !isQuiet, !loaded.ignoredKinds.isEmpty else { return }
    let kinds = loaded.ignoredKinds.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
    StandardError.line(
      "note: objects that no verdict depends on: \(kinds.joined(separator: ", "))")
  }

  private static func text(_ finding: Finding) -> String {
    let place = finding.location.map { "\($0): " } ?? ""
    let object = finding.object == "-" ? "" : "\(finding.object): "
    return place + object + finding.message + (finding.consequence.map { "; \($0)" } ?? "")
  }

  /// - Throws: ``CommandFailure`` where a namespace that the user names does not exist: a slip would select nothing.
  func requireNamespaces(_ names: [String]) throws {
    for name in names where !snapshot.namespaces.contains(where: { $0.name == name }) {
      throw CommandFailure("the cluster has no namespace \(name)")
    }
  }

  /// Compiles the policies.
  /// - Throws: ``CommandFailure`` where the table does not fit into memory.
  func compile() throws -> CompiledPolicies { try compile(for: profile.profile) }

  /// The same for another profile than the one that was asked for.
  func compile(for profile: Profile) throws -> CompiledPolicies {
    if let table, table.profile == profile { return table }
    let progressLine = ProgressLine(isQuiet: isQuiet)
    defer { progressLine.clear() }
    do throws(TableError) {
      var compiled = try CompiledPolicies.compile(
        snapshot, policies, profile: profile, progress: { progressLine.update($0) })
      compiled.leftOut = leftOut
      return compiled
    } catch {
      throw CommandFailure("the policies cannot be compiled: \(error)")
    }
  }

  /// Says on standard error which of several live pods with one address is taken, where one answer is needed (D8).
  func note(sharedAddresses endpoints: EndpointDirectory, among addresses: Set<IPAddress>? = nil) {
    guard !isQuiet else { return }
    for (address, pods) in endpoints.conflicts where addresses?.contains(address) ?? true {
      let names = pods.map(\.description).joined(separator: " and ")
      StandardError.line("note: \(address) is the address of \(names); \(pods[0]) is taken")
    }
  }
}
