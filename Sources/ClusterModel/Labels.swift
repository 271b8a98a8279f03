/// The labels of an object: an immutable set of key and value pairs.
///
/// Values are shared storage with a stored hash, so that comparing and hashing labels of the many pods of one workload
/// is cheap once a reader has interned them.
public struct Labels: Sendable {
  /// Keys in ascending order, and the hash over both.
  @usableFromInline
  final class Storage: Sendable {
    let keys: [String]
    let values: [String]
    let hash: Int

    init(keys: [String], values: [String]) {
      self.keys = keys
      self.values = values
      var hasher = Hasher()
      hasher.combine(keys)
      hasher.combine(values)
      self.hash = hasher.finalize()
    }
  }

  @usableFromInline let storage: Storage

  private static let emptyStorage = Storage(keys: [], values: [])

  /// No labels.
  public static let empty = Labels()

  public init() { storage = Self.emptyStorage }

  public init(_ dictionary: [String: String]) {
    if dictionary.isEmpty {
      storage = Self.emptyStorage
    } else {
      let sorted = dictionary.sorted { $0.key < $1.key }
      storage = Storage(keys: sorted.map(\.key), values: sorted.map(\.value))
    }
  }

  /// The value of `key`, or `nil` when the label is absent.
  /// - Complexity: O(log n) in the number of labels.
  public subscript(key: String) -> String? {
    var low = 0
    var high = storage.keys.count
    while low < high {
      let middle = (low + high) / 2
      if storage.keys[middle] < key { low = middle + 1 } else { high = middle }
    }
    guard low < storage.keys.count, storage.keys[low] == key else { return nil }
    return storage.values[low]
  }

  public var count: Int { storage.keys.count }
  public var isEmpty: Bool { storage.keys.isEmpty }

  /// These labels with `key` set to `value`.
  public func setting(_ key: String, to value: String) -> Labels {
    var dictionary = Dictionary(
      uniqueKeysWithValues: zip(storage.keys, storage.values).map { ($0, $1) })
    dictionary[key] = value
    return Labels(dictionary)
  }

  /// The identity of the shared storage: equal identities mean equal labels (the reverse need not hold).
  @inlinable
  public var storageIdentity: ObjectIdentifier { ObjectIdentifier(storage) }
}

extension Labels: Hashable {
  public static func == (left: Labels, right: Labels) -> Bool {
    left.storage === right.storage
      || left.storage.hash == right.storage.hash && left.storage.keys == right.storage.keys
        && left.storage.values == right.storage.values
  }

  public func hash(into hasher: inout Hasher) { hasher.combine(storage.hash) }
}

/// Pairs in ascending order of the key.
extension Labels: RandomAccessCollection {
  public var startIndex: Int { 0 }
  public var endIndex: Int { storage.keys.count }
  public subscript(position: Int) -> (key: String, value: String) {
    (storage.keys[position], storage.values[position])
  }
}

extension Labels: ExpressibleByDictionaryLiteral {
  public init(dictionaryLiteral elements: (String, String)...) {
    self.init(Dictionary(elements, uniquingKeysWith: { _, last in last }))
  }
}

/// `app=web,tier=front`, or `<none>`.
extension Labels: CustomStringConvertible {
  public var description: String {
    isEmpty ? "<none>" : map { "\($0.key)=\($0.value)" }.joined(separator: ",")
  }
}
