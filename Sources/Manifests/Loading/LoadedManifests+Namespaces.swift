import ClusterModel

extension LoadedManifests {
  /// Makes up the namespaces that objects name and no manifest holds, with their name label alone (N43, N22).
  ///
  /// Where a cluster was loaded, each gets a finding, since selectors of namespaces by other labels cannot match it.
  /// Policies alone need no namespaces yet.
  mutating func assumeNamespaces() {
    var known = Set(snapshot.namespaces.map(\.name))
    let hadNamespaces = !known.isEmpty
    var missing: [String] = []
    func need(_ name: String) {
      if known.insert(name).inserted { missing.append(name) }
    }
    for pod in snapshot.pods { need(pod.namespace) }
    for service in snapshot.services { need(service.namespace) }
    for slice in snapshot.endpointSlices { need(slice.namespace) }
    for policy in policies.networkPolicies { need(policy.namespace) }
    guard !missing.isEmpty else { return }
    missing.sort()
    for name in missing { snapshot.namespaces.append(Namespace(name: name)) }
    if snapshot.pods.isEmpty && !hadNamespaces { return }
    let names =
      missing.prefix(5).joined(separator: ", ")
      + (missing.count > 5 ? " and \(missing.count - 5) more" : "")
    let (subject, verb) =
      missing.count == 1 ? ("the namespace \(names)", "is") : ("the namespaces \(names)", "are")
    findings.append(
      Finding(
        kind: .assumedNamespace,
        message:
          "\(subject) \(verb) named by objects and in no manifest; add the output of `kubectl get namespaces -o "
          + "yaml`, since policies select namespaces by their labels",
        consequence: "only the label \(Namespace.nameLabel) is known of them",
        ruleIDs: ["N43", "N22"]))
  }
}
