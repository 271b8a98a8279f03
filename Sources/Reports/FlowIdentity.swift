import FlowTracking

/// A stable name of a flow within a run, and across runs over the same captures.
enum FlowIdentity {
  /// 16 hexadecimal digits: FNV-1a over the five-tuple and the time of the first packet.
  static func text(of flow: Flow) -> String {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    func add(_ value: UInt64, bytes: Int) {
      for shift in 0..<bytes {
        hash = (hash ^ (value >> UInt64(8 * shift) & 0xff)) &* 0x100_0000_01b3
      }
    }
    for address in [flow.tuple.source, flow.tuple.destination] {
      add(UInt64(address.family.rawValue), bytes: 1)
      add(address.high, bytes: 8)
      add(address.low, bytes: 8)
    }
    add(UInt64(flow.tuple.ipProtocol.rawValue), bytes: 1)
    add(UInt64(flow.tuple.sourcePort), bytes: 2)
    add(UInt64(flow.tuple.destinationPort), bytes: 2)
    add(UInt64(bitPattern: flow.startTime?.nanoseconds ?? 0), bytes: 8)
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
