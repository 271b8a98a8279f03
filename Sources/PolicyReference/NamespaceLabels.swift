import ClusterModel

/// The labels of namespaces by name.
struct NamespaceLabels: Sendable {
  private var labels: [String: Labels] = [:]

  init(_ namespaces: [Namespace]) {
    for namespace in namespaces where labels[namespace.name] == nil {
      labels[namespace.name] = namespace.labels
    }
  }

  /// N43: a namespace that is in no dump has the name label (N22) alone.
  subscript(name: String) -> Labels { labels[name] ?? Namespace(name: name).labels }
}
