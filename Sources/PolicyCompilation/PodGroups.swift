import ClusterModel

/// Pods grouped by all that policies can ask of them: namespace, the labels that selectors name, and named ports.
///
/// The compiler works on groups; the number of pods counts only where addresses are entered.
struct PodGroups {
  /// Group of each pod of the snapshot; ``noGroup`` for pods that are no endpoints (N25, N26).
  private(set) var groupOfPod: [UInt32] = []
  /// Namespace number and profile of named ports of each group.
  private(set) var namespaces: [UInt32] = []
  private(set) var profiles: [UInt32] = []
  private(set) var groupsOfNamespace: [[UInt32]] = []
  private(set) var index: LabelIndex
  private var keys = ListInterner()

  static let noGroup = UInt32.max

  var count: Int { namespaces.count }

  init(
    _ pods: Span<Pod>, _ namespaceIndex: inout NamespaceIndex, _ vocabulary: inout LabelVocabulary,
    _ portNames: inout PortNameProfiles, _ specs: PortSpecs
  ) {
    var labelSets = ListInterner()
    var labelSetOfStorage: [ObjectIdentifier: UInt32] = [:]
    var labelIDs: [UInt32] = []
    var lastStorage: ObjectIdentifier?
    var lastLabelSet: UInt32 = 0
    groupOfPod.reserveCapacity(pods.count)
    for position in pods.indices {
      guard pods[position].isEndpoint else {
        groupOfPod.append(Self.noGroup)
        continue
      }
      let namespace = namespaceIndex.number(pods[position].namespace)
      let storage = pods[position].labels.storageIdentity
      let labelSet: UInt32
      if storage == lastStorage {
        labelSet = lastLabelSet
      } else if let known = labelSetOfStorage[storage] {
        labelSet = known
      } else {
        labelSet = labelSets.intern(vocabulary.project(pods[position].labels).span)
        labelSetOfStorage[storage] = labelSet
      }
      lastStorage = storage
      lastLabelSet = labelSet
      let profile = portNames.id(pods[position].ports, specs)
      let group = keys.intern([namespace, labelSet, profile])
      if Int(group) == namespaces.count {
        namespaces.append(namespace)
        profiles.append(profile)
        labelIDs.append(labelSet)
      }
      groupOfPod.append(group)
    }
    groupsOfNamespace = [[UInt32]](repeating: [], count: namespaceIndex.names.count)
    for (group, namespace) in namespaces.enumerated() {
      groupsOfNamespace[Int(namespace)].append(UInt32(group))
    }
    index = LabelIndex(labels: labelSets, labelIDs: labelIDs)
  }

  /// The groups that a selector picks.
  func matching(
    _ selector: PodSelectors.Selector, _ namespaceSets: NamespaceSets
  ) -> [UInt32] {
    let namespaces = namespaceSets[selector.namespaces]
    var count = 0
    for namespace in namespaces where Int(namespace) < groupsOfNamespace.count {
      count += groupsOfNamespace[Int(namespace)].count
    }
    if let candidates = index.candidates(for: selector.pods, fewerThan: count) {
      // The label index speaks of all namespaces; their numbers ascend.
      return candidates.filter { group in
        index.matches(group, selector.pods)
          && namespaces.containsSorted(self.namespaces[Int(group)])
      }
    }
    var ofNamespaces: [UInt32] = []
    ofNamespaces.reserveCapacity(count)
    for namespace in namespaces where Int(namespace) < groupsOfNamespace.count {
      ofNamespaces.append(contentsOf: groupsOfNamespace[Int(namespace)])
    }
    if selector.pods.requirements.isEmpty { return ofNamespaces }
    return ofNamespaces.filter { index.matches($0, selector.pods) }
  }

  // MARK: - Edits

  /// Adds the next pod, an endpoint of a known namespace.
  /// - Returns: whether its group is a new one.
  mutating func append(
    _ pod: Pod, namespace: UInt32, portProfile: UInt32, _ vocabulary: inout LabelVocabulary
  ) -> Bool {
    let labelSet = index.labelID(vocabulary.project(pod.labels))
    let group = keys.intern([namespace, labelSet, portProfile])
    groupOfPod.append(group)
    guard Int(group) == namespaces.count else { return false }
    namespaces.append(namespace)
    profiles.append(portProfile)
    index.append(labelID: labelSet)
    while groupsOfNamespace.count <= Int(namespace) { groupsOfNamespace.append([]) }
    groupsOfNamespace[Int(namespace)].append(group)
    return true
  }

  /// Adds the next pod, which is no endpoint.
  mutating func appendWithoutGroup() { groupOfPod.append(Self.noGroup) }

  /// Removes a pod; the last one takes its place.
  mutating func removePod(at position: Int) {
    groupOfPod[position] = groupOfPod[groupOfPod.count - 1]
    groupOfPod.removeLast()
  }
}
