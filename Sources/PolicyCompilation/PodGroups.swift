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

  /// - Parameter namespaceOfPod: as ``NamespaceIndex/add(namespacesOf:)`` returned it.
  init(
    _ pods: Span<Pod>, namespaceOfPod: [UInt32], namespaceCount: Int,
    _ vocabulary: inout LabelVocabulary, _ portNames: inout PortNameProfiles, _ specs: PortSpecs
  ) {
    var labelSets = ListInterner()
    var labelSetOfStorage: [ObjectIdentifier: UInt32] = [:]
    var labelIDs: [UInt32] = []
    var lastStorage: ObjectIdentifier?
    var lastLabelSet: UInt32 = 0
    // Neighbours in a dump are mostly pods of one workload.
    var lastKey: (namespace: UInt32, labelSet: UInt32, profile: UInt32)?
    var lastGroup: UInt32 = 0
    groupOfPod.reserveCapacity(pods.count)
    for position in pods.indices {
      let namespace = namespaceOfPod[position]
      guard namespace != NamespaceIndex.none else {
        groupOfPod.append(Self.noGroup)
        continue
      }
      let storage = pods[position].labels.storageIdentity
      if storage != lastStorage {
        if let known = labelSetOfStorage[storage] {
          lastLabelSet = known
        } else {
          lastLabelSet = labelSets.intern(vocabulary.project(pods[position].labels).span)
          labelSetOfStorage[storage] = lastLabelSet
        }
        lastStorage = storage
      }
      let profile = specs.hasAnyName ? portNames.id(pods[position].ports, specs) : 0
      let key = (namespace, lastLabelSet, profile)
      if let lastKey, lastKey == key {
        groupOfPod.append(lastGroup)
        continue
      }
      lastKey = key
      lastGroup = keys.intern([namespace, lastLabelSet, profile])
      if Int(lastGroup) == namespaces.count {
        namespaces.append(namespace)
        profiles.append(profile)
        labelIDs.append(lastLabelSet)
      }
      groupOfPod.append(lastGroup)
    }
    groupsOfNamespace = [[UInt32]](repeating: [], count: namespaceCount)
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
    if var candidates = index.candidates(for: selector.pods, fewerThan: count) {
      // The label index speaks of all namespaces; their numbers ascend.
      candidates.removeAll { group in
        !namespaces.containsSorted(self.namespaces[Int(group)])
          || !index.matches(group, selector.pods)
      }
      return candidates
    }
    var ofNamespaces: [UInt32] = []
    ofNamespaces.reserveCapacity(count)
    for namespace in namespaces where Int(namespace) < groupsOfNamespace.count {
      ofNamespaces.append(contentsOf: groupsOfNamespace[Int(namespace)])
    }
    if selector.pods.isEverything { return ofNamespaces }
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
