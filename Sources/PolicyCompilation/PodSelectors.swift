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

  /// The id of a selector, a new one if needed.
  /// - Parameter namespaces: id in ``NamespaceSets``.
  mutating func id(namespaces: UInt32, pods: EncodedSelector) -> UInt32 {
    scratch.removeAll(keepingCapacity: true)
    scratch.append(namespaces)
    pods.append(to: &scratch)
    let id = keys.intern(scratch)
    if Int(id) == selectors.count {
      selectors.append(Selector(namespaces: namespaces, pods: pods))
    }
    return id
  }
}

/// Distinct sets of namespaces, and which namespaces namespace selectors pick.
struct NamespaceSets {
  private(set) var sets = ListInterner()
  private var setOfSelector: [EncodedSelector: UInt32] = [:]

  /// The set of these namespaces, in ascending order.
  mutating func id(_ namespaces: [UInt32]) -> UInt32 { sets.intern(namespaces.span) }

  /// The set that a selector picks.
  mutating func id(_ selector: EncodedSelector, _ index: LabelIndex) -> UInt32 {
    if let id = setOfSelector[selector] { return id }
    let id = id(index.matching(selector).sorted())
    setOfSelector[selector] = id
    return id
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
