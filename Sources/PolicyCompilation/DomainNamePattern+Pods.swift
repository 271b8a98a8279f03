import ClusterModel

extension DomainNamePattern {
  /// Whether the name can be one of the cluster's own DNS, which are the only names that pods have.
  var mayNamePod: Bool {
    let name = isWildcard ? text.dropFirst(2) : text[...]
    let labels = name.split(separator: ".", omittingEmptySubsequences: false)
    return labels.contains("svc") || labels.contains("pod") || name == "cluster.local"
      || name.hasSuffix(".cluster.local")
  }
}
