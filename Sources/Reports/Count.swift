/// A number and what it counts: `1 packet`, `2 packets`, `3 NetworkPolicies`.
struct Count: CustomStringConvertible {
  private let number: UInt64
  private let noun: String

  init(_ number: some BinaryInteger, _ noun: String) {
    self.number = UInt64(clamping: number)
    self.noun = noun
  }

  var description: String {
    if number == 1 { return "1 \(noun)" }
    if noun.hasSuffix("y") { return "\(number) \(noun.dropLast())ies" }
    return "\(number) \(noun)s"
  }
}
