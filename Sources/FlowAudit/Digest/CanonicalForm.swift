import ClusterModel
import NetworkTypes

/// Bytes that stand for model values, unambiguously: each text with its length, each list with its count.
struct CanonicalForm {
  private var hash = SHA256()
  private var buffer: [UInt8] = []

  var hexadecimalDigest: String {
    var hash = hash
    hash.update(buffer)
    let digits = Array("0123456789abcdef")
    return String(hash.digest().flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
  }

  mutating func add(_ number: Int) {
    buffer.append(contentsOf: UInt64(bitPattern: Int64(number)).bigEndianBytes)
    if buffer.count >= 1 << 16 {
      hash.update(buffer)
      buffer.removeAll(keepingCapacity: true)
    }
  }

  mutating func add(_ text: String) {
    add(text.utf8.count)
    buffer.append(contentsOf: text.utf8)
  }

  mutating func add(_ flag: Bool) { buffer.append(flag ? 1 : 0) }

  mutating func add(_ address: IPAddress) {
    buffer.append(address.family.rawValue)
    buffer.append(contentsOf: address.networkBytes)
  }

  mutating func add(_ prefix: IPPrefix) {
    add(prefix.address)
    add(prefix.length)
  }

  mutating func add(_ labels: Labels) {
    add(labels.count)
    for (key, value) in labels {
      add(key)
      add(value)
    }
  }

  mutating func addOptional<Value>(_ value: Value?, _ add: (inout Self, Value) -> Void) {
    self.add(value != nil)
    if let value { add(&self, value) }
  }

  mutating func addList<Values: Collection>(
    _ values: Values, _ add: (inout Self, Values.Element) -> Void
  ) {
    self.add(values.count)
    for value in values { add(&self, value) }
  }

  /// Objects in ascending order of the texts at `paths`, so that the order of files does not count.
  mutating func addObjects<Object>(
    _ objects: [Object], by paths: KeyPath<Object, String>..., add: (inout Self, Object) -> Void
  ) {
    let keyed = objects.map { object in (paths.map { object[keyPath: $0] }, object) }
    addList(keyed.sorted { $0.0.lexicographicallyPrecedes($1.0) }) { add(&$0, $1.1) }
  }
}
