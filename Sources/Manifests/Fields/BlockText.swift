import NetworkTypes

/// A CIDR block as written, read as the API server reads it (N19) or as strictly as newer fields ask (A26).
enum BlockText {
  /// What a text reads as.
  enum Reading {
    /// `remark` says what is not canonical about the text.
    case block(IPPrefix, remark: String?)
    /// Not a block; the text says why.
    case problem(String)
  }

  /// An `ipBlock`'s cidr or except: host bits, leading zeros and IPv4-mapped blocks are accepted and made canonical.
  static func readLeniently(_ text: String) -> Reading {
    read(text, isLenient: true)
  }

  /// An item of `networks`: host bits are accepted, other sloppiness is not.
  static func readStrictly(_ text: String) -> Reading {
    read(text, isLenient: false)
  }

  private static func read(_ text: String, isLenient: Bool) -> Reading {
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2 else {
      if let address = IPAddress(lenient: text) {
        return .problem(
          "`\(text)` has no prefix length; write `\(text)/\(address.family.bitCount)` for one address"
        )
      }
      return .problem(
        "`\(text)` is not a block of addresses; write it like `10.0.0.0/8` or `fd00::/8`")
    }
    guard let address = IPAddress(lenient: parts[0]) else {
      return .problem(addressProblem(String(parts[0])))
    }
    let bitCount = address.family.bitCount
    let digits = parts[1].utf8
    guard !digits.isEmpty, digits.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else {
      let netmask = IPAddress(parts[1]).flatMap(prefixLength).map { "; write `\(parts[0])/\($0)`" }
      return .problem("the prefix length `\(parts[1])` is not a number\(netmask ?? "")")
    }
    guard digits.count <= 10, let length = Int(parts[1]), length <= bitCount else {
      return .problem("the prefix length \(parts[1]) is over \(bitCount)")
    }
    let hasLeadingZeros = IPAddress(parts[0]) == nil || digits.count > 1 && digits.first == 0x30
    if hasLeadingZeros && !isLenient {
      return .problem("`\(text)` has leading zeros, which are refused here; leave them away")
    }
    if let mapped = address.mappedIPv4, length >= 96 {
      let block = IPPrefix(mapped, length: length - 96)
      if !isLenient {
        return .problem(
          "`\(text)` is an IPv4-mapped block, which is refused here; write `\(block)`")
      }
      return .block(block, remark: "`\(text)` is IPv4-mapped and read as \(block); write that")
    }
    let block = IPPrefix(address, length: length)
    if hasLeadingZeros {
      return .block(
        block, remark: "`\(text)` has leading zeros and is read as \(block); write that")
    }
    if block.address != address {
      return .block(
        block,
        remark: "`\(text)` has bits set after its prefix and is read as \(block); write that, or "
          + "`\(address)/\(bitCount)` for one address")
    }
    return .block(block, remark: nil)
  }

  /// What is wrong with a text that is no address.
  static func addressProblem(_ text: String) -> String {
    let octets = text.split(separator: ".", omittingEmptySubsequences: false)
    if octets.count == 4, octets.allSatisfy({ !$0.isEmpty && $0.allSatisfy(\.isWholeNumber) }),
      let large = octets.first(where: { (Int($0) ?? 256) > 255 })
    {
      return "`\(text)` is not an address: \(large) is over 255"
    }
    return "`\(text)` is not an IPv4 or IPv6 address"
  }

  /// 8 for 255.0.0.0; `nil` for what is no netmask.
  private static func prefixLength(ofNetmask mask: IPAddress) -> Int? {
    guard let bits = mask.ipv4Bits, (~bits) & (~bits &+ 1) == 0 else { return nil }
    return bits.nonzeroBitCount
  }
}
