import ClusterModel

/// The distinct ways in which policies pick pods: namespaces and a selector for pods.
struct PodSelectors {
  struct Selector {
    /// Id of a set of namespaces.
    var namespaces: UInt32
    var pods: EncodedSelector
  }

  private(set) var selectors: [Selector] = []
  private var keys = ListInterner()
  private var scratch: [UInt32] = []

  /// Makes room for so many distinct selectors.
  mutating func reserveCapacity(_ count: Int) {
    selectors.reserveCapacity(count)
    keys.reserveCapacity(count)
  }

  /// The id of a selector, a new one if needed.
  /// - Parameter namespaces: id in ``NamespaceSets``.
  mutating func id(namespaces: UInt32, pods: EncodedSelector) -> UInt32 {
    scratch.removeAll(keepingCapacity: true)
    scratch.append(namespaces)
    scratch.append(contentsOf: pods.code)
    return internScratch()
  }

  /// The same for a selector that is not encoded yet: nothing is made of one that is known.
  mutating func id(
    namespaces: UInt32, pods: LabelSelector, _ vocabulary: inout LabelVocabulary
  ) -> UInt32 {
    scratch.removeAll(keepingCapacity: true)
    scratch.append(namespaces)
    EncodedSelector.append(pods, to: &scratch, &vocabulary)
    return internScratch()
  }

  private mutating func internScratch() -> UInt32 {
    let id = keys.intern(scratch)
    if Int(id) == selectors.count {
      selectors.append(
        Selector(namespaces: scratch[0], pods: EncodedSelector(code: Array(scratch[1...]))))
    }
    return id
  }
}

/// Distinct sets of namespaces, and which namespaces namespace selectors pick.
struct NamespaceSets {
  private(set) var sets = ListInterner()
  /// The selectors asked for, and the set of each.
  private var selectors = ListInterner()
  private var setOfSelector: [UInt32] = []
  /// The set of one namespace that was asked for last: policies are sorted by namespace.
  private var lastSingle: (namespace: UInt32, set: UInt32)?
  private var scratch: [UInt32] = []

  /// The set of these namespaces, in ascending order.
  mutating func id(_ namespaces: [UInt32]) -> UInt32 { sets.intern(namespaces.span) }

  /// The set of one namespace.
  mutating func id(of namespace: UInt32) -> UInt32 {
    if let lastSingle, lastSingle.namespace == namespace { return lastSingle.set }
    scratch.removeAll(keepingCapacity: true)
    scratch.append(namespace)
    let set = sets.intern(scratch)
    lastSingle = (namespace, set)
    return set
  }

  /// The set that a selector picks.
  mutating func id(
    _ selector: LabelSelector, _ index: LabelIndex, _ vocabulary: inout LabelVocabulary
  ) -> UInt32 {
    scratch.removeAll(keepingCapacity: true)
    EncodedSelector.append(selector, to: &scratch, &vocabulary)
    let selector = selectors.intern(scratch)
    if Int(selector) == setOfSelector.count {
      setOfSelector.append(id(index.matching(EncodedSelector(code: scratch)).sorted()))
    }
    return setOfSelector[Int(selector)]
  }

  subscript(id: UInt32) -> ArraySlice<UInt32> { sets[id] }
}

extension ArraySlice<UInt32> {
  /// Whether an ascending list has a number.
  func containsSorted(_ number: UInt32) -> Bool {
    var low = startIndex
    var high = endIndex
    while low < high {
      let middle = (low + high) / 2
      if self[middle] < number { low = middle + 1 } else { high = middle }
    }
    return low < endIndex && self[low] == number
  }
}
