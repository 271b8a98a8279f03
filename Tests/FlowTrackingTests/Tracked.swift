import FlowTracking
import NetworkTypes
import PacketCapture
import TestSupport

/// A packet at a time in milliseconds after the start.
func at(_ milliseconds: Int, _ frame: Bytes, interface: UInt32 = 0) -> CaptureFile.Packet {
  CaptureFile.Packet(
    frame, time: UInt64(1_700_000_000_000_000_000 + milliseconds * 1_000_000),
    interface: interface)
}

func at(_ milliseconds: Int, _ packet: Frame.Payload, interface: UInt32 = 0) -> CaptureFile.Packet {
  at(milliseconds, Frame.ethernet(packet), interface: interface)
}

/// The result of a run over captures that are given as packets of classic Ethernet files.
func track(
  _ captures: [CaptureFile.Packet]..., options: FlowTrackerOptions = FlowTrackerOptions(),
  services: ServiceTranslation = .none, knownServers: KnownServers = KnownServers()
) throws -> CaptureResult {
  try track(
    files: captures.map { CaptureFile.Classic().file($0) }, options: options, services: services,
    knownServers: knownServers)
}

func track(
  files: [[UInt8]], options: FlowTrackerOptions = FlowTrackerOptions(),
  services: ServiceTranslation = .none, knownServers: KnownServers = KnownServers()
) throws -> CaptureResult {
  let temporary = try files.map { try TemporaryCapture($0) }
  defer { withExtendedLifetime(temporary) {} }
  let run = CaptureRun(paths: temporary.map(\.path), options: .init(tracking: options))
  return try withExtendedLifetime(temporary) {
    try run.flows(services: services, knownServers: knownServers)
  }
}

/// A TCP segment between two hosts: `segment("10.0.0.1", 40000, "10.0.0.2", 80, flags: 2)`.
func segment(
  _ source: String, _ sourcePort: UInt16, _ destination: String, _ destinationPort: UInt16,
  flags: UInt8 = 0x10, sequence: UInt32 = 0, payload: Int = 0
) -> Frame.Payload {
  Frame.ipv4(
    source, destination,
    Frame.tcp(sourcePort, destinationPort, flags: flags, sequence: sequence, payloadCount: payload))
}

/// SYN, SYN-ACK and ACK of a connection, a millisecond apart.
func handshake(
  _ start: Int, _ client: String, _ port: UInt16, _ server: String, _ serverPort: UInt16,
  sequence: UInt32 = 100, interface: UInt32 = 0
) -> [CaptureFile.Packet] {
  [
    at(
      start, segment(client, port, server, serverPort, flags: 0x02, sequence: sequence),
      interface: interface),
    at(
      start + 1, segment(server, serverPort, client, port, flags: 0x12, sequence: sequence + 1000),
      interface: interface),
    at(start + 2, segment(client, port, server, serverPort), interface: interface),
  ]
}

extension Flow {
  /// What most tests compare: `TCP 10.0.0.1:1 -> 10.0.0.2:2 3/1 established`.
  var line: String { "\(tuple) \(forward.packets)/\(reverse.packets) \(outcome.rawValue)" }
}
