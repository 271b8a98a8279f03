import NetworkTypes

/// What one DNS answer says: names and the addresses that they lead to.
///
/// Chains of aliases (CNAME) are followed inside the answer, as the API's domain names are resolved (A14): the name that
/// was asked for and every alias on the way lead to the addresses at the end.
public struct DNSAnswer: Sendable, Hashable {
  /// One address of one name.
  public struct Mapping: Sendable, Hashable {
    /// Lower case, without the final dot.
    public var name: String
    public var address: IPAddress
    /// Seconds for which the mapping holds: the least on the way from name to address.
    public var timeToLive: UInt32
  }

  /// When the answer was seen.
  public var time: Timestamp
  /// Who asked.
  public var client: IPAddress
  public var server: IPAddress
  public var mappings: [Mapping]
}

/// A DNS message (RFC 1035), read with bounds on everything that the message itself counts.
@safe
struct DNSMessage {
  static let maximumRecordCount = 1_000
  static let maximumNameByteCount = 255
  static let maximumAliasCount = 16

  private let bytes: UnsafeRawBufferPointer
  private var addresses: [(name: String, address: IPAddress, timeToLive: UInt32)] = []
  private var aliases: [String: (target: String, timeToLive: UInt32)] = [:]
  private var question: String?

  /// Safe while `bytes` is valid.
  ///
  /// - Returns: `nil` unless it is a whole answer without error to a question of the Internet class.
  init?(_ bytes: UnsafeRawBufferPointer) {
    unsafe self.bytes = bytes
    guard bytes.count >= 12 else { return nil }
    // A response, a standard query, no error.
    guard word16(2) & 0xf80f == 0x8000 else { return nil }
    let questionCount = Int(word16(4))
    let answerCount = Int(word16(6))
    guard questionCount == 1, answerCount <= Self.maximumRecordCount, answerCount > 0 else {
      return nil
    }
    var offset = 12
    guard let name = readName(&offset), offset + 4 <= count else { return nil }
    question = name
    offset += 4
    for _ in 0..<answerCount {
      guard readRecord(&offset) else { break }
    }
  }

  /// Names of the answer with the addresses that they lead to; empty if there are none.
  var mappings: [DNSAnswer.Mapping] {
    guard let question else { return [] }
    // The names that lead to an address: the question, and each alias of the chain from it.
    var chain: [(name: String, timeToLive: UInt32)] = [(question, .max)]
    var current = question
    while let next = aliases[current], chain.count <= Self.maximumAliasCount {
      for index in chain.indices {
        chain[index].timeToLive = min(chain[index].timeToLive, next.timeToLive)
      }
      chain.append((next.target, .max))
      current = next.target
    }
    var result: [DNSAnswer.Mapping] = []
    for record in addresses where record.name == current {
      for link in chain {
        result.append(
          DNSAnswer.Mapping(
            name: link.name, address: record.address,
            timeToLive: min(link.timeToLive, record.timeToLive)))
      }
    }
    return result
  }

  private var count: Int { unsafe bytes.count }

  private func byte(_ offset: Int) -> UInt8 {
    guard offset >= 0, offset < count else { return 0 }
    return unsafe bytes[offset]
  }

  private func word16(_ offset: Int) -> UInt16 {
    UInt16(byte(offset)) << 8 | UInt16(byte(offset + 1))
  }

  private func word32(_ offset: Int) -> UInt32 {
    UInt32(word16(offset)) << 16 | UInt32(word16(offset + 2))
  }

  private func word64(_ offset: Int) -> UInt64 {
    UInt64(word32(offset)) << 32 | UInt64(word32(offset + 4))
  }

  /// One resource record: A, AAAA and CNAME are kept.
  private mutating func readRecord(_ offset: inout Int) -> Bool {
    guard let name = readName(&offset), offset + 10 <= count else { return false }
    let type = word16(offset)
    let isInternet = word16(offset + 2) == 1
    // A time to live with the highest bit set counts as 0 (RFC 2181, 8).
    let raw = word32(offset + 4)
    let timeToLive = raw >> 31 == 1 ? 0 : raw
    let length = Int(word16(offset + 8))
    offset += 10
    guard offset + length <= count else { return false }
    var place = offset
    offset += length
    guard isInternet else { return true }
    switch (type, length) {
    case (1, 4):
      addresses.append((name, IPAddress(ipv4: word32(place)), timeToLive))
    case (28, 16):
      let address = IPAddress(ipv6High: word64(place), low: word64(place + 8))
      addresses.append((name, address, timeToLive))
    case (5, _):
      if let target = readName(&place) { aliases[name] = (target, timeToLive) }
    default: break
    }
    return true
  }

  /// A name, which may point back to an earlier place for its end; `nil` where it does not end.
  private func readName(_ offset: inout Int) -> String? {
    var text: [UInt8] = []
    var place = offset
    var hasJumped = false
    while true {
      guard place < count else { return nil }
      let length = Int(byte(place))
      if length == 0 {
        if !hasJumped { offset = place + 1 }
        return String(decoding: text, as: UTF8.self)
      }
      if length & 0xc0 == 0xc0 {
        guard place + 1 < count else { return nil }
        let target = Int(word16(place) & 0x3fff)
        // Only backwards, so that it ends.
        guard target < place else { return nil }
        if !hasJumped { offset = place + 2 }
        hasJumped = true
        place = target
        continue
      }
      guard length & 0xc0 == 0, place + 1 + length <= count,
        text.count + length + 1 <= Self.maximumNameByteCount
      else { return nil }
      if !text.isEmpty { text.append(UInt8(ascii: ".")) }
      for index in 0..<length {
        let character = byte(place + 1 + index)
        let isUpper = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(character)
        let isPlain = character > 0x20 && character < 0x7f
        text.append(isUpper ? character + 32 : isPlain ? character : UInt8(ascii: "?"))
      }
      place += 1 + length
    }
  }
}
