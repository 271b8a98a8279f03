import ClusterModel

/// Putting a cluster and policies from elsewhere together.
extension LoadedManifests {
  /// This cluster under the policies of `other` alone, as `--policies` asks: its own policies, and findings about them,
  /// do not count.
  ///
  /// Of `other` only the policies are taken; objects of a cluster in it are counted in a note.
  public func replacingPolicies(with other: LoadedManifests) -> LoadedManifests {
    var result = self
    result.findings.removeAll(where: \.isAboutPolicy)
    let count = policies.networkPolicies.count + policies.clusterPolicies.count
    if count > 0 {
      result.findings.append(
        Finding(
          kind: .replaced,
          message:
            "\(count) policies of the cluster dump are replaced by the policies given for them"))
    }
    result.policies = PolicySet()
    return result.addingPolicies(of: other)
  }

  /// This cluster under its own policies and those of `other`; a policy of the same kind, namespace and name as one of its
  /// own takes that one's place.
  public func addingPolicies(of other: LoadedManifests) -> LoadedManifests {
    var result = self
    result.policies.add(other.policies)
    result.files += other.files
    result.findings += other.findings.filter {
      $0.kind != .assumedNamespace && ($0.isAboutPolicy || !$0.isAboutCluster)
    }
    for (kind, count) in other.ignoredKinds { result.ignoredKinds[kind, default: 0] += count }
    let passedOver = other.snapshot.objectCount
    if passedOver > 0 {
      result.findings.append(
        Finding(
          kind: .replaced,
          message:
            "\(passedOver) objects beside the policies are not used; give their file as part of the cluster to "
            + "use them"))
    }
    result.assumeNamespaces()
    return result
  }
}

extension PolicySet {
  fileprivate mutating func add(_ other: PolicySet) {
    struct Key: Hashable {
      var kind: PolicyKind
      var namespace: String
      var name: String
    }
    let names = Set(
      other.networkPolicies.map {
        Key(kind: .networkPolicy, namespace: $0.namespace, name: $0.name)
      } + other.clusterPolicies.map { Key(kind: $0.kind, namespace: "", name: $0.name) })
    networkPolicies.removeAll {
      names.contains(Key(kind: .networkPolicy, namespace: $0.namespace, name: $0.name))
    }
    clusterPolicies.removeAll { names.contains(Key(kind: $0.kind, namespace: "", name: $0.name)) }
    networkPolicies += other.networkPolicies
    clusterPolicies += other.clusterPolicies
  }
}

extension ClusterSnapshot {
  /// Objects that were read from manifests.
  fileprivate var objectCount: Int {
    namespaces.count { $0.location != nil } + nodes.count + pods.count + services.count
      + endpointSlices.count
  }
}

extension Finding {
  fileprivate var isAboutPolicy: Bool {
    guard let kind = object.split(separator: " ").first else { return false }
    return ObjectType(rawValue: String(kind))?.isPolicy ?? false
  }

  /// Whether the finding is about an object of a kind that makes up a cluster.
  fileprivate var isAboutCluster: Bool {
    guard let kind = object.split(separator: " ").first else { return false }
    return ObjectType(rawValue: String(kind)).map { !$0.isPolicy } ?? false
  }
}
