import FlowTracking
import NetworkTypes
import PacketCapture

/// A whole run from file to flows: one byte of options, then a capture.
final class FlowsTarget: FuzzTarget {
  static let name = "flows"

  private let file = MemoryFile()
  private let services = ServiceTranslation(
    backends: [
      [.init(address: host(1), port: 8080), .init(address: host(2), port: 8080)],
      [.init(address: host(2), port: 53)],
    ],
    entries: [
      .init(address: IPAddress(ipv4: 0x0a60_0001), ipProtocol: .tcp, port: 80): 0,
      .init(address: IPAddress(ipv4: 0x0a60_000a), ipProtocol: .udp, port: 53): 1,
    ])
  private let servers = KnownServers([
    .init(address: host(2), ipProtocol: .tcp, port: 8080), .init(ipProtocol: .udp, port: 53),
  ])

  private static func host(_ number: UInt32) -> IPAddress {
    IPAddress(ipv4: 0x0a00_0000 | number)
  }

  func run(_ input: [UInt8]) -> Bool {
    guard input.count > 4 else { return false }
    let choice = input[0]
    file.replace(with: input[1...])
    var options = CaptureRun.Options(
      reading: .init(resynchronises: choice & 1 != 0),
      tracking: FlowTrackerOptions(
        splitsReusedTuples: choice & 2 == 0, joinsFragments: choice & 4 == 0,
        joinsViews: choice & 8 == 0, countsICMPErrorsAsFlows: choice & 16 != 0,
        idleTimeoutNanoseconds: choice & 32 != 0 ? 1_000_000 : nil, maximumFlowCount: 1024))
    // The same capture twice: everything is seen from two views.
    let paths = choice & 64 != 0 ? [file.path, file.path] : [file.path]
    guard let result = flows(paths, options) else { return false }
    check(result, options.tracking)
    // Threads take far longer than the run, so one input in sixteen gets them.
    let sum = input.reduce(UInt8(0)) { $0 &* 31 &+ $1 }
    if sum & 15 == 0 {
      options.jobs = 3
      let threaded = flows(paths, options)
      require(
        threaded?.flows == result.flows
          && threaded?.summary.captures.map(\.anomalies)
            == result.summary.captures.map(\.anomalies),
        "three threads make other flows than one")
    }
    return true
  }

  private func flows(_ paths: [String], _ options: CaptureRun.Options) -> CaptureResult? {
    do throws(CaptureRunError) {
      return try CaptureRun(paths: paths, options: options).flows(
        services: services, knownServers: servers)
    } catch {
      require(!"\(error)".isEmpty, "a refusal without words")
      return nil
    }
  }

  /// Every packet is accounted for, once.
  private func check(_ result: CaptureResult, _ options: FlowTrackerOptions) {
    let summary = result.summary
    let tracking = summary.tracking
    let packets = summary.packets
    let read = summary.captures.reduce(0) { $0 + $1.packetCount }
    require(
      packets.packetCount == read, "\(read) packets read, \(packets.packetCount) counted")
    require(tracking.flows == UInt64(result.flows.count), "flows are counted")
    let inFlows = result.flows.reduce(UInt64(0)) { $0 + $1.forward.packets + $1.reverse.packets }
    require(
      tracking.joinedFragments + tracking.orphanFragments
        == (options.joinsFragments ? packets[.laterFragment] : 0),
      "\(packets[.laterFragment]) later fragments: \(tracking)")
    let errors = packets[.icmpError] + packets[.icmpErrorWithoutQuote]
    require(
      inFlows + tracking.duplicatePackets
        == packets[.flow] + packets[.firstFragment] + tracking.joinedFragments
        + (options.countsICMPErrorsAsFlows ? errors : 0),
      "\(inFlows) packets in flows, \(tracking), \(packets.withoutFlow)")
    for flow in result.flows {
      require(flow.forward.packets + flow.reverse.packets > 0, "a flow without packets: \(flow)")
      // Packets may have no time, but times are of packets.
      for side in [flow.forward, flow.reverse] {
        require(
          side.packets > 0 || side.firstTime == nil && side.lastTime == nil,
          "times of no packets: \(flow)")
      }
    }
  }

  func repair(
    _ bytes: UnsafeMutableBufferPointer<UInt8>, count: Int, seed: UInt32
  ) -> Int {
    guard count > 5, unsafe bytes[1] == 0x0a, unsafe bytes[2] == 0x0d, seed & 7 != 0 else {
      return count
    }
    // Safe: the first byte is not part of the capture.
    let capture = unsafe UnsafeMutableBufferPointer(rebasing: bytes[1...])
    var repair = unsafe PcapngRepair(bytes: capture, count: count - 1)
    return 1 + repair.run()
  }

  static func seeds() -> [[UInt8]] {
    (Seeds.classicCaptures + Seeds.pcapngCaptures + Seeds.conversations).enumerated().map {
      [UInt8(truncatingIfNeeded: $0 * 37)] + $1
    }
  }
}
