import ClusterModel

/// All namespaces by number: those of the dump, and those that only pods or policies name (N43).
struct NamespaceIndex {
  private(set) var names: [String] = []
  private(set) var labels: [Labels] = []
  private var numbers: [String: UInt32] = [:]
  /// The namespace asked for last: neighbours in a dump share it.
  private var lastName = ""
  private var lastNumber: UInt32?

  init(_ namespaces: [Namespace]) {
    for namespace in namespaces where numbers[namespace.name] == nil { add(namespace) }
  }

  /// Stands for the namespace of a pod that is no endpoint (N25, N26).
  static let none = UInt32.max

  /// Adds the namespaces of pods.
  /// - Returns: the number of each pod's namespace; ``none`` for those that are no endpoints.
  mutating func add(namespacesOf pods: Span<Pod>) -> [UInt32] {
    var numberOfPod: [UInt32] = []
    numberOfPod.reserveCapacity(pods.count)
    for position in pods.indices {
      // Field by field: a copy of a pod retains all that it holds.
      let isHostNetwork = pods[position].isHostNetwork
      let phase = pods[position].phase
      let namespace = pods[position].namespace
      numberOfPod.append(isHostNetwork || phase.isFinal ? Self.none : number(namespace))
    }
    return numberOfPod
  }

  private mutating func add(_ namespace: Namespace) {
    numbers[namespace.name] = UInt32(names.count)
    names.append(namespace.name)
    labels.append(namespace.labels)
  }

  /// The number of a namespace that is known.
  func known(_ name: String) -> UInt32? { numbers[name] }

  /// The number of a namespace; one that no dump holds has the name label alone.
  mutating func number(_ name: String) -> UInt32 {
    if let lastNumber, lastName == name { return lastNumber }
    let number: UInt32
    if let known = numbers[name] {
      number = known
    } else {
      number = UInt32(names.count)
      add(Namespace(name: name))
    }
    lastName = name
    lastNumber = number
    return number
  }

  /// The index for namespace selectors; namespaces added later are not in it.
  func makeLabelIndex(_ vocabulary: inout LabelVocabulary) -> LabelIndex {
    var interner = ListInterner()
    let ids = labels.map { interner.intern(vocabulary.project($0).span) }
    return LabelIndex(labels: interner, labelIDs: ids)
  }
}
