import ClusterModel

/// What one or several inputs hold: a cluster, policies, and everything worth saying about them.
///
/// Parts that the API server would refuse are not what they seem: see ``Finding/consequence``. A caller that does not
/// want to go on with such parts stops when ``hasErrors``.
public struct LoadedManifests: Sendable {
  public var snapshot: ClusterSnapshot
  public var policies: PolicySet
  /// In order of file as loaded, line and column; then those about no single place.
  public var findings: [Finding]
  /// `apiVersion/kind` to the number of objects of kinds that no verdict depends on.
  public var ignoredKinds: [String: Int]
  /// The inputs in the order they were loaded.
  public var files: [LoadedFile]

  public init(
    snapshot: ClusterSnapshot = ClusterSnapshot(), policies: PolicySet = PolicySet(),
    findings: [Finding] = [], ignoredKinds: [String: Int] = [:], files: [LoadedFile] = []
  ) {
    self.snapshot = snapshot
    self.policies = policies
    self.findings = findings
    self.ignoredKinds = ignoredKinds
    self.files = files
  }

  /// Whether something could not be read or would be refused by the API server.
  public var hasErrors: Bool { findings.contains { $0.severity == .error } }
}

/// One input that was read.
public struct LoadedFile: Sendable, Hashable {
  /// The path as given or found; `-` for standard input.
  public var path: String
  public var byteCount: Int
  /// Objects in it, of all kinds.
  public var objectCount: Int

  public init(path: String, byteCount: Int, objectCount: Int) {
    self.path = path
    self.byteCount = byteCount
    self.objectCount = objectCount
  }
}
