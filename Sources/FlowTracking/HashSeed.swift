/// Secret numbers that the table's hash is keyed with, so that nobody can prepare packets that collide.
///
/// The results do not depend on them.
struct HashSeed: BitwiseCopyable {
  var first: UInt64
  var second: UInt64

  static func random() -> HashSeed {
    HashSeed(first: .random(in: .min ... .max) | 1, second: .random(in: .min ... .max) | 1)
  }

  /// Folds the 128-bit product: every input bit reaches every output bit.
  @inline(__always)
  func mix(_ left: UInt64, _ right: UInt64) -> UInt64 {
    let product = (left ^ first).multipliedFullWidth(by: right ^ second)
    return product.high ^ product.low
  }
}
