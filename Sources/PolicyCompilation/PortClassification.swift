import NetworkTypes

/// Sets of ports that no rule tells apart, and each port list as bits over them.
///
/// Names are looked up per profile first, so that a port list with names has one bit set for each profile.
struct PortClassification {
  /// Port class by port for TCP, UDP and SCTP, equal maps once.
  private(set) var portMap: [UInt16] = []
  /// Offset in ``portMap``, first bit and class count of TCP, UDP, SCTP.
  private(set) var protocols: [(ipProtocol: IPProtocol, offset: Int, firstBit: Int, count: Int)] =
    []
  /// The bit of all other protocols: the last one.
  private(set) var otherProtocolsBit = 0
  var classCount: Int { otherProtocolsBit + 1 }
  /// 64-bit words of one bit set.
  private(set) var wordCount = 1

  /// All bits of all classes.
  private(set) var allBits: [UInt64] = []

  private var specs: PortSpecs
  private var profiles: PortNameProfiles
  private let portlessRuleMatchesOtherProtocols: Bool
  /// The ranges of each protocol that ``segments`` were cut at.
  private var ranges: [Set<UInt32>] = []
  /// Bit sets by (port list, profile), cached.
  private var bitSetIndex = NumberMap()
  private var bitSets: [[UInt64]] = []
  /// Start ports and classes of the segments of each protocol.
  private var segments: [[(start: Int, portClass: Int)]] = []

  init(
    _ specs: PortSpecs, _ profiles: PortNameProfiles, portlessRuleMatchesOtherProtocols: Bool
  ) {
    self.specs = specs
    self.profiles = profiles
    self.portlessRuleMatchesOtherProtocols = portlessRuleMatchesOtherProtocols
    var firstBit = 0
    for ipProtocol in [IPProtocol.tcp, .udp, .sctp] {
      let ranges = Self.ranges(of: ipProtocol, specs, profiles)
      self.ranges.append(ranges)
      let (segments, count) = Self.segments(ranges)
      let map = Self.map(segments)
      var offset = portMap.count
      if let same = protocols.first(where: {
        portMap[$0.offset..<$0.offset + 65_536].elementsEqual(map)
      }) {
        offset = same.offset
      } else {
        portMap.append(contentsOf: map)
      }
      protocols.append((ipProtocol, offset, firstBit, count))
      self.segments.append(segments)
      firstBit += count
    }
    otherProtocolsBit = firstBit
    // One entry that all other protocols point to.
    portMap.append(0)
    wordCount = (firstBit + 64) / 64
    allBits = [UInt64](repeating: 0, count: wordCount)
    for bit in 0..<classCount { allBits[bit / 64] |= 1 << UInt64(bit % 64) }
  }

  /// Distinct ranges of ports of one protocol that any rule can mean.
  private static func ranges(
    of ipProtocol: IPProtocol, _ specs: PortSpecs, _ profiles: PortNameProfiles
  ) -> Set<UInt32> {
    let number = UInt32(ipProtocol.rawValue)
    var ranges: Set<UInt32> = []
    for id in 2..<max(2, UInt32(specs.lists.count)) {
      let range = specs.lists.range(of: id)
      var index = range.lowerBound
      while index < range.upperBound {
        let head = specs.lists.element(at: index)
        if head == PortSpecs.Kind.range.rawValue << 16 | number {
          ranges.insert(specs.lists.element(at: index + 1))
        }
        index += 2
      }
    }
    for id in 0..<UInt32(profiles.profiles.count) {
      let range = profiles.profiles.range(of: id)
      var index = range.lowerBound
      while index < range.upperBound {
        if profiles.profiles.element(at: index + 1) == number {
          let port = profiles.profiles.element(at: index + 2)
          ranges.insert(port << 16 | port)
        }
        index += 3
      }
    }
    return ranges
  }

  /// Cuts the ports at the ends of all ranges; segments that the same ranges cover share a class.
  private static func segments(
    _ ranges: Set<UInt32>
  ) -> (segments: [(start: Int, portClass: Int)], classCount: Int) {
    // The sum of a cover's marks stands for the cover: ranges come and go one by one, however many lie open.
    var changes: [Int: CoverMark] = [0: .none]
    for range in ranges {
      let mark = CoverMark(range)
      changes[Int(range >> 16), default: .none].add(mark)
      let end = Int(range & 0xffff) + 1
      if end < 65_536 { changes[end, default: .none].subtract(mark) }
    }
    var classes: [CoverMark: Int] = [:]
    var segments: [(start: Int, portClass: Int)] = []
    var cover = CoverMark.none
    for (border, change) in changes.sorted(by: { $0.key < $1.key }) {
      cover.add(change)
      let next = classes.count
      segments.append((border, classes[cover, default: next]))
      if segments[segments.count - 1].portClass == next { classes[cover] = next }
    }
    return (segments, classes.count)
  }

  /// 128 mixed bits of a range, to be summed: two covers of at most some thousand ranges that differ have one sum with
  /// a probability of less than 1 in 2^100.
  private struct CoverMark: Hashable {
    var high: UInt64
    var low: UInt64

    static let none = CoverMark(high: 0, low: 0)

    private init(high: UInt64, low: UInt64) {
      self.high = high
      self.low = low
    }

    init(_ range: UInt32) {
      high = Self.mix(UInt64(range) &+ 0x9E37_79B9_7F4A_7C15)
      low = Self.mix(UInt64(range) &+ 0x3C6E_F372_FE94_F82A)
    }

    /// SplitMix64 (Steele et al. 2014).
    private static func mix(_ value: UInt64) -> UInt64 {
      var mixed = value
      mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
      mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
      return mixed ^ (mixed >> 31)
    }

    mutating func add(_ other: CoverMark) {
      high &+= other.high
      low &+= other.low
    }

    mutating func subtract(_ other: CoverMark) {
      high &-= other.high
      low &-= other.low
    }
  }

  /// Takes over port lists and profiles to which some were added, all old ones among them.
  ///
  /// - Returns: the bit before of each bit, where classes were cut: a set of ports keeps its meaning if each bit is
  ///   copied from there; `nil` where all bits are as they were.
  mutating func extend(_ specs: PortSpecs, _ profiles: PortNameProfiles) -> [Int]? {
    let isSame = protocols.indices.allSatisfy {
      Self.ranges(of: protocols[$0].ipProtocol, specs, profiles).isSubset(of: ranges[$0])
    }
    if isSame {
      self.specs = specs
      self.profiles = profiles
      return nil
    }
    let finer = PortClassification(
      specs, profiles, portlessRuleMatchesOtherProtocols: portlessRuleMatchesOtherProtocols)
    var bits = [Int](repeating: otherProtocolsBit, count: finer.classCount)
    for position in finer.protocols.indices {
      for segment in finer.segments[position] {
        bits[finer.protocols[position].firstBit + segment.portClass] =
          protocols[position].firstBit
          + Int(portMap[protocols[position].offset + segment.start])
      }
    }
    self = finer
    return bits
  }

  private static func map(_ segments: [(start: Int, portClass: Int)]) -> [UInt16] {
    var map = [UInt16](repeating: 0, count: 65_536)
    for (index, segment) in segments.enumerated() {
      let end = index + 1 < segments.count ? segments[index + 1].start : 65_536
      for port in segment.start..<end { map[port] = UInt16(segment.portClass) }
    }
    return map
  }

  /// Index of the bit set of a port list under a profile; lists without names have one for all profiles.
  mutating func bitSetIndex(spec: UInt32, profile: UInt32) -> Int {
    let key = UInt64(spec) << 32 | UInt64(specs.hasNames[Int(spec)] ? profile : 0)
    if let index = bitSetIndex[key] { return Int(index) }
    let index = bitSets.count
    bitSets.append(makeBitSet(spec, profile))
    bitSetIndex.insert(key, UInt32(index))
    return index
  }

  func bitSet(_ index: Int) -> [UInt64] { bitSets[index] }

  /// Whether a bit set holds a class.
  func contains(_ bit: Int, _ index: Int) -> Bool {
    bitSets[index][bit / 64] >> UInt64(bit % 64) & 1 != 0
  }

  private func makeBitSet(_ spec: UInt32, _ profile: UInt32) -> [UInt64] {
    if spec == PortSpecs.everything || spec == PortSpecs.everyNetworkPolicyPort {
      var bits = allBits
      if spec == PortSpecs.everyNetworkPolicyPort, !portlessRuleMatchesOtherProtocols {
        bits[otherProtocolsBit / 64] &= ~(1 << UInt64(otherProtocolsBit % 64))
      }
      return bits
    }
    var bits = [UInt64](repeating: 0, count: wordCount)
    let range = specs.lists.range(of: spec)
    var index = range.lowerBound
    while index < range.upperBound {
      let head = specs.lists.element(at: index)
      let value = specs.lists.element(at: index + 1)
      if head >> 16 == PortSpecs.Kind.range.rawValue {
        set(&bits, head & 0xffff, Int(value >> 16), Int(value & 0xffff))
      } else {
        let entries = profiles.profiles[profile]
        var position = entries.startIndex
        while position < entries.endIndex {
          let (name, number, port) = (
            entries[position], entries[position + 1], entries[position + 2]
          )
          if name == value, head & 0xffff == PortSpecs.anyProtocol || head & 0xffff == number {
            set(&bits, number, Int(port), Int(port))
          }
          position += 3
        }
      }
      index += 2
    }
    return bits
  }

  /// Sets the classes of a range of ports; a protocol without ports has none.
  private func set(_ bits: inout [UInt64], _ protocolNumber: UInt32, _ first: Int, _ last: Int) {
    guard
      let position = protocols.firstIndex(where: {
        UInt32($0.ipProtocol.rawValue) == protocolNumber
      })
    else { return }
    let segments = segments[position]
    // The last segment that starts at or before the range; the range's own border starts one.
    var low = 0
    var high = segments.count
    while low < high {
      let middle = (low + high) / 2
      if segments[middle].start <= first { low = middle + 1 } else { high = middle }
    }
    var index = low - 1
    while index < segments.count, segments[index].start <= last {
      let bit = protocols[position].firstBit + segments[index].portClass
      bits[bit / 64] |= 1 << UInt64(bit % 64)
      index += 1
    }
  }
}
