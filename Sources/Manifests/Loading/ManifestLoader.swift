import ClusterModel

/// Reads manifests from files, folders and streams into a cluster and its policies.
///
/// Accepted are YAML and JSON, one or several documents a file, `List`s and typed lists, as `kubectl get -o yaml|json`
/// prints them and as people write them. What the API server does to an object is done here: defaults (N3, N29), the name
/// label of namespaces (N22), canonical blocks (N19), validation. Objects of kinds that no verdict depends on are counted.
///
/// ```swift
/// var loader = ManifestLoader()
/// loader.load(path: "cluster/")
/// loader.load(path: "policies.yaml")
/// let loaded = loader.finish()
/// ```
///
/// Nothing is thrown: what cannot be read is a ``Finding`` of severity error. To judge a cluster by policies other than its
/// own, load the two apart and use ``LoadedManifests/replacingPolicies(with:)``.
///
/// Memory grows with the objects that are kept, not with the size of the files, which are mapped.
public struct ManifestLoader {
  public struct Options: Sendable {
    /// The namespace of objects that name none (N44).
    public var defaultNamespace: String

    public init(defaultNamespace: String = "default") {
      self.defaultNamespace = defaultNamespace
    }
  }

  public let options: Options
  private var records = Records()
  private var files: [LoadedFile] = []

  public init(options: Options = Options()) {
    self.options = options
  }

  /// Reads a file, all manifests (`.yaml`, `.yml`, `.json`) of a folder and its folders, or standard input (`-`).
  public mutating func load(path: String) {
    if path == "-" {
      do throws(InputError) {
        load(try InputBytes.standardInput(), name: "-")
      } catch {
        reportUnreadable("standard input", error)
      }
      return
    }
    let found = ManifestFiles(path)
    for (path, error) in found.unreadable { reportUnreadable(path, error) }
    if found.isFolder, found.files.isEmpty, found.unreadable.isEmpty {
      records.add(
        Finding(
          kind: .emptyFile, severity: .warning,
          message: "the folder \(path) has no file that ends in .yaml, .yml or .json"))
    }
    for file in found.files {
      do throws(InputError) {
        load(try InputBytes.open(file), name: file)
      } catch {
        reportUnreadable(file, error)
      }
    }
  }

  /// Reads each of `paths` in turn.
  public mutating func load(paths: some Sequence<String>) {
    for path in paths { load(path: path) }
  }

  /// Reads bytes that are in memory already; `name` is what findings call them. JSON and YAML are told apart by content.
  public mutating func load(bytes: some Collection<UInt8>, name: String) {
    load(InputBytes(bytes), name: name)
  }

  /// Everything that was read.
  public consuming func finish() -> LoadedManifests {
    finishRecords()
  }

  private mutating func reportUnreadable(_ name: String, _ error: InputError) {
    records.add(
      Finding(kind: .unreadable, message: "\(name) cannot be read: \(error.reason)"))
  }

  private mutating func load(_ bytes: InputBytes, name: String) {
    records.fileIndex = files.count
    let firstFinding = records.findings.count
    let input = ManifestInput(
      bytes: ByteWindow(bytes), name: name, defaultNamespace: options.defaultNamespace)
    let objectCount = input.read(into: &records)
    records.sortFindings(from: firstFinding)
    files.append(LoadedFile(path: name, byteCount: bytes.count, objectCount: objectCount))
  }

  private mutating func finishRecords() -> LoadedManifests {
    records.finish()
    var loaded = LoadedManifests(
      snapshot: ClusterSnapshot(
        namespaces: records.namespaces, nodes: records.nodes, pods: records.pods,
        services: records.services, endpointSlices: records.endpointSlices),
      policies: PolicySet(
        networkPolicies: records.networkPolicies, clusterPolicies: records.clusterPolicies),
      findings: records.findings, ignoredKinds: records.ignoredKinds, files: files)
    loaded.assumeNamespaces()
    return loaded
  }
}
