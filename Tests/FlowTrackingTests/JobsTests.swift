import FlowTracking
import Foundation
import NetworkTypes
import PacketCapture
import TestSupport
import Testing

/// The number of threads must not show in the result.
@Suite struct Jobs {
  /// Everything of a result that a user can see.
  struct Visible: Equatable {
    /// What differs first, in a line.
    func difference(from other: Visible) -> String? {
      for (own, others) in zip(captures, other.captures) where own != others {
        return "\(own) != \(others)"
      }
      for (own, others) in zip(flows, other.flows) where own != others {
        return "\(own) != \(others)"
      }
      if tracking != other.tracking { return "\(tracking) != \(other.tracking)" }
      return self == other ? nil : "counts, names or pods differ"
    }

    var flows: [Flow]
    var tracking: TrackingCounts
    var packets: PacketCounts
    var captures: [String]
    var names: [String]
    var pods: [PodObservations.Observation]

    init(_ result: CaptureResult) {
      flows = result.flows
      tracking = result.summary.tracking
      packets = result.summary.packets
      captures = result.summary.captures.map {
        "\($0.packetCount) \($0.filteredPacketCount) \($0.untimedPacketCount) \($0.anomalies) \($0.anomalyCount) \($0.interfaces) \(String(describing: $0.window)) \($0.metadata.comments) \($0.metadata.names.sorted { $0.key < $1.key }) \($0.undecodedLinkTypes) \($0.firstPacketNumbers.sorted { $0.key.rawValue < $1.key.rawValue })"
      }
      names = result.summary.names.names
      pods = result.summary.pods.observations
    }
  }

  static func run(
    _ paths: [String], jobs: Int, filter: String? = nil, options: FlowTrackerOptions = .init()
  ) throws -> Visible {
    Visible(
      try CaptureRun(
        paths: paths,
        options: .init(reading: .init(filter: filter), tracking: options, jobs: jobs)
      ).flows())
  }

  /// Frames of several sizes over several MiB, so that a file has several parts.
  static func packets(seed: UInt64, count: Int = 4_000) -> [CaptureFile.Packet] {
    var state = seed
    func random(_ bound: UInt64) -> Int {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return Int(state % bound)
    }
    var templates: [Bytes] = []
    for number in 0..<64 {
      let port = UInt16(1000 + number)
      let payload: Frame.Payload
      if number % 3 == 0 {
        payload = Frame.udp(port, 53, .zeros(random(1200)))
      } else {
        payload = Frame.tcp(
          port, 80, flags: number % 5 == 0 ? 2 : 16, sequence: UInt32(number),
          payloadCount: random(1400))
      }
      let packet = Frame.ipv4("10.0.\(number % 4).\(number)", "10.1.0.\(random(5))", payload)
      templates.append(Frame.ethernet(packet))
    }
    return (0..<count).map { number in at(number / 10, templates[random(64)]) }
  }

  @Test(arguments: [1, 2, 3, 8])
  func `a split classic capture gives the same result`(jobs: Int) throws {
    let file = try TemporaryCapture(CaptureFile.Classic().file(Self.packets(seed: 42)))
    // The file goes with its last use, which an optimised build may see before the run.
    defer { withExtendedLifetime(file) {} }
    #expect(
      try Self.run([file.path], jobs: jobs).difference(from: Self.run([file.path], jobs: 1)) == nil)
    #expect(
      try Self.run([file.path], jobs: jobs, filter: "udp").difference(
        from: Self.run([file.path], jobs: 1, filter: "udp")) == nil)
  }

  /// Interfaces and a new section in the middle of the file, comments, names and statistics.
  static func pcapng(isBig: Bool) -> [UInt8] {
    let file = CaptureFile.Pcapng(isBig: isBig)
    var bytes = (file.section() + file.interface(options: file.option(3, "k8s.podName=web"))).array
    for (number, packet) in packets(seed: 7).enumerated() {
      var packet = packet
      if number == 1_500 { bytes += file.interface(linkType: 1).array }
      if number == 2_500 {
        let statistics =
          Bytes.word32(0, isBig: isBig) + .zeros(8) + file.option(5, .word64(9, isBig: isBig))
        bytes += (file.block(5, statistics) + file.section() + file.interface()).array
      }
      packet.interface = (1_501..<2_500).contains(number) ? UInt32(number % 2) : 0
      bytes +=
        file.packet(packet, options: number % 7 == 0 ? file.option(1, "PodName: a") : []).array
    }
    return bytes
  }

  @Test(arguments: [1, 2, 4])
  func `packets without time have none, and do not widen the capture's window`(
    jobs: Int
  ) throws {
    let file = CaptureFile.Pcapng()
    var bytes = (file.section() + file.interface()).array
    let packets = Self.packets(seed: 11)
    for (number, packet) in packets.enumerated() {
      if number % 3 == 0 {
        let length = Bytes.word32(UInt32(packet.bytes.count), isBig: false)
        bytes += file.block(3, length + Bytes(packet.bytes)).array
      } else {
        bytes += file.packet(packet).array
      }
    }
    let temporary = try TemporaryCapture(bytes)
    defer { withExtendedLifetime(temporary) {} }
    let result = try CaptureRun(paths: [temporary.path], options: .init(jobs: jobs)).flows()
    let summary = try #require(result.summary.captures.first)
    #expect(summary.untimedPacketCount == 1_334)
    #expect(summary.window?.lowerBound == Timestamp(nanoseconds: Int64(packets[1].time)))
    #expect(summary.window?.upperBound == Timestamp(nanoseconds: Int64(packets[3_998].time)))
    #expect(result.flows.allSatisfy { $0.startTime.map { $0.nanoseconds > 0 } ?? true })
    #expect(result.flows.contains { $0.forward.firstTime == nil && $0.forward.packets > 0 })
    #expect(result.summary.isComplete)
    let only =
      (file.section() + file.interface()).array
      + file.block(3, .word32(60, isBig: false) + Bytes(packets[0].bytes.prefix(60).map { $0 }))
      .array
    let untimed = try track(files: [only])
    #expect(untimed.flows.map(\.startTime) == [nil])
    #expect(untimed.summary.captures[0].window == nil)
    #expect(
      try Self.run([temporary.path], jobs: jobs).difference(
        from: Self.run([temporary.path], jobs: 1)) == nil)
  }

  @Test(arguments: [false, true], [2, 5])
  func `a split pcapng capture gives the same result`(isBig: Bool, jobs: Int) throws {
    let file = try TemporaryCapture(Self.pcapng(isBig: isBig))
    // The file goes with its last use, which an optimised build may see before the run.
    defer { withExtendedLifetime(file) {} }
    #expect(
      try Self.run([file.path], jobs: jobs).difference(from: Self.run([file.path], jobs: 1)) == nil)
  }

  /// Packets that come to two entries or need more than their counters: IPv6, fragments, ICMP errors, tags, SYNs; over
  /// several MiB.
  static func oddPackets(seed: UInt64) -> [CaptureFile.Packet] {
    packets(seed: seed, count: 3_000).enumerated().flatMap { number, plain in
      let client = "10.2.0.\(number % 50 + 1)"
      let port = UInt16(2_000 + number % 300)
      let tcp = Frame.tcp(
        port, 443, flags: number % 9 == 0 ? 2 : 16, sequence: UInt32(number), payloadCount: 900)
      let datagram = Frame.udp(port, 53, .zeros(992))
      let odd: [Frame.Payload] =
        switch number % 5 {
        case 0:
          [Frame.ipv6([0xfd00, 0, 0, 0, 0, 0, 0, port], [0xfd00, 0, 0, 0, 0, 0, 0, 1], tcp)]
        case 1:
          [(UInt16(0), true), (125, false)].map { offset, hasMore in
            Frame.ipv4(
              client, "10.1.0.1", datagram, identification: UInt16(number),
              fragment: Frame.FragmentPlace(offset: offset, hasMore: hasMore))
          }
        case 2:
          [
            Frame.ipv4(
              "10.1.0.9", client,
              Frame.icmp(
                type: 3, code: 3, .zeros(0) + Frame.ipv4(client, "10.1.0.9", datagram).bytes))
          ]
        case 3: [Frame.tagged(Frame.ipv4(client, "10.1.0.1", tcp))]
        default: [Frame.ipv4(client, "10.1.0.1", tcp)]
        }
      return [plain] + odd.map { at(number / 10, $0) }
    }
  }

  @Test(arguments: [1, 2, 4])
  func
    `a capture that is read twice counts once, also with times of other centuries and early ends`(
      jobs: Int
    ) throws
  {
    let file = CaptureFile.Pcapng()
    var bytes = (file.section() + file.interface(options: file.option(9, Bytes([9])))).array
    for number in 0..<400 {
      let payload = Frame.udp(UInt16(1_000 + number % 40), 80, .zeros(4))
      let packet = at(number, Frame.ethernet(Frame.ipv4("10.0.0.1", "10.1.0.1", payload)))
      // Long before all others, so that distances do not fit 64 bits.
      let time = number % 90 == 70 ? UInt64(bitPattern: .min + 3) : packet.time
      bytes += file.packet(packet, units: time).array
    }
    let files = try [TemporaryCapture(bytes), TemporaryCapture(bytes)]
    defer { withExtendedLifetime(files) {} }
    var options = FlowTrackerOptions()
    options.idleTimeoutNanoseconds = 1_000_000
    let result = try CaptureRun(
      paths: files.map(\.path), options: .init(tracking: options, jobs: jobs)
    ).flows()
    #expect(result.summary.tracking.evictedFlows > 0)
    #expect(result.flows.reduce(0) { $0 + $1.forward.packets } == 400)
    #expect(
      try Self.run(files.map(\.path), jobs: jobs, options: options).difference(
        from: Self.run(files.map(\.path), jobs: 1, options: options)) == nil)
  }

  @Test(arguments: [2, 3])
  func `packets of two entries stay whole in parts, batches and merges`(jobs: Int) throws {
    let files = try [UInt64(31), 32].map {
      try TemporaryCapture(CaptureFile.Classic().file(Self.oddPackets(seed: $0)))
    }
    defer { withExtendedLifetime(files) {} }
    let paths = files.map(\.path)
    for paths in [[paths[0]], paths, paths.reversed()] {
      let one = try Self.run(paths, jobs: 1)
      #expect(try Self.run(paths, jobs: jobs).difference(from: one) == nil)
      #expect(one.tracking.joinedFragments >= 600)
      #expect(one.flows.contains { $0.tuple.source.family == .ipv6 })
    }
  }

  @Test(arguments: [1, 2, 4])
  func `a packet at the end of all times loses none behind it`(jobs: Int) throws {
    let file = CaptureFile.Pcapng()
    let bytes = (0..<10).reduce(
      file.section() + file.interface(options: file.option(9, Bytes([9])))
    ) { bytes, number in
      let payload = Frame.udp(UInt16(1_000 + number), 80, .zeros(4))
      let packet = at(number, Frame.ethernet(Frame.ipv4("10.0.0.1", "10.1.0.1", payload)))
      return bytes + file.packet(packet, units: number == 4 ? UInt64(Int64.max) : UInt64(number))
    }
    let temporary = try TemporaryCapture(bytes.array)
    defer { withExtendedLifetime(temporary) {} }
    let result = try CaptureRun(paths: [temporary.path], options: .init(jobs: jobs)).flows()
    #expect(result.summary.packets.packetCount == 10)
    #expect(result.flows.count == 10)
  }

  @Test(arguments: [1, 2, 4])
  func `times in any order give the same result, and the window holds them all`(
    jobs: Int
  ) throws {
    var packets = Self.packets(seed: 21)
    // Runs in order, whole stretches behind, and single packets out of order.
    for number in packets.indices {
      let second = number % 50 == 0 ? number / 3 : 9_000 - number / 97 * 90 + number % 97
      packets[number].time = UInt64(second) * 1_000_000
    }
    let file = try TemporaryCapture(CaptureFile.Classic().file(packets))
    defer { withExtendedLifetime(file) {} }
    let result = try CaptureRun(paths: [file.path], options: .init(jobs: jobs)).flows()
    let times = packets.map { Timestamp(nanoseconds: Int64($0.time)) }
    let window = try #require(result.summary.captures.first?.window)
    #expect(window.lowerBound == times.min())
    #expect(window.upperBound == times.max())
    #expect(
      try Self.run([file.path], jobs: jobs).difference(from: Self.run([file.path], jobs: 1)) == nil)
  }

  @Test(arguments: [1, 2, 4])
  func `ports that are used again start flows of their own in every part`(jobs: Int) throws {
    // 1,500 connections of one five-tuple after each other, over several parts.
    let packets = (0..<1_500).flatMap { number in
      [(UInt8(2), 0), (16, 1_400), (17, 0)].enumerated().map { place, packet in
        let payload = Frame.tcp(
          4_000, 80, flags: packet.0, sequence: UInt32(number * 10_000 + place),
          payloadCount: packet.1)
        return at(number * 3 + place, Frame.ethernet(Frame.ipv4("10.0.0.1", "10.1.0.1", payload)))
      }
    }
    let file = try TemporaryCapture(CaptureFile.Classic().file(packets))
    defer { withExtendedLifetime(file) {} }
    let flows = try Self.run([file.path], jobs: jobs).flows
    #expect(flows.count == 1_500)
    #expect(flows.allSatisfy { $0.forward.packets == 3 })
  }

  @Test func `payload that looks like records does not lead a split astray`() throws {
    // Each frame holds a chain of plausible records: parts begin at wrong guesses, which are found out.
    let inner = CaptureFile.Classic().file(
      (0..<20).map { at($0, Bytes(Array(repeating: 7, count: 40))) })
    let frame = Frame.ethernet(
      Frame.ipv4("10.0.0.1", "10.0.0.2", Frame.udp(1, 2, Bytes(Array(inner[24...])))))
    let packets = (0..<2_000).map { at($0, frame) }
    let file = try TemporaryCapture(CaptureFile.Classic().file(packets))
    // The file goes with its last use, which an optimised build may see before the run.
    defer { withExtendedLifetime(file) {} }
    let one = try Self.run([file.path], jobs: 1)
    #expect(try Self.run([file.path], jobs: 4).difference(from: one) == nil)
    #expect(one.flows.map(\.forward.packets) == [2_000])
  }

  @Test func `records larger than a part are read`() throws {
    let huge = Bytes(Array(repeating: 0, count: 260_000))
    let packets = (0..<30).flatMap {
      [at($0, huge), Self.packets(seed: UInt64($0 + 1), count: 1)[0]]
    }
    let file = try TemporaryCapture(CaptureFile.Classic().file(packets))
    // The file goes with its last use, which an optimised build may see before the run.
    defer { withExtendedLifetime(file) {} }
    #expect(
      try Self.run([file.path], jobs: 3).difference(from: Self.run([file.path], jobs: 1)) == nil)
  }

  @Test(arguments: [100_000, 1_500_001])
  func `damage ends a split capture where it ends an unsplit one`(place: Int) throws {
    var bytes = CaptureFile.Classic().file(Self.packets(seed: 42))
    for offset in 0..<64 { bytes[place + offset] = 0xff }
    let file = try TemporaryCapture(bytes)
    // The file goes with its last use, which an optimised build may see before the run.
    defer { withExtendedLifetime(file) {} }
    let one = try Self.run([file.path], jobs: 1)
    #expect(try Self.run([file.path], jobs: 2).difference(from: one) == nil)
    let cut = try TemporaryCapture(Array(bytes[..<place]))
    // The file goes with its last use, which an optimised build may see before the run.
    defer { withExtendedLifetime(cut) {} }
    #expect(
      try Self.run([cut.path], jobs: 2).difference(from: Self.run([cut.path], jobs: 1)) == nil)
  }

  @Test func `several captures of all kinds give the same result`() throws {
    let files = try [
      TemporaryCapture(CaptureFile.Classic().file(Self.packets(seed: 1, count: 2_000))),
      TemporaryCapture(Self.pcapng(isBig: false)),
      TemporaryCapture(CaptureFile.Classic().file(Self.packets(seed: 3, count: 100))),
      TemporaryCapture(CaptureFile.Classic().file([])),
    ]
    defer { withExtendedLifetime(files) {} }
    let paths = files.map(\.path) + PublicCaptures.names.map(PublicCaptures.path)
    for jobs in [2, 4] {
      #expect(try Self.run(paths, jobs: jobs).difference(from: Self.run(paths, jobs: 1)) == nil)
    }
    var bounded = FlowTrackerOptions()
    bounded.maximumFlowCount = 1024
    bounded.idleTimeoutNanoseconds = 100_000_000
    #expect(
      try Self.run(paths, jobs: 3, options: bounded).difference(
        from: Self.run(paths, jobs: 1, options: bounded)) == nil)
  }

  @Test(arguments: [1, 2, 4])
  func `a capture that becomes shorter during a run leaves an incomplete result`(
    jobs: Int
  ) throws {
    var bytes = CaptureFile.Classic().file([])
    let records = CaptureFile.Classic().file(Self.packets(seed: 42)).dropFirst(bytes.count)
    for _ in 0..<12 { bytes += records }
    let file = try TemporaryCapture(bytes)
    defer { withExtendedLifetime(file) {} }
    let run = CaptureRun(paths: [file.path], options: .init(jobs: jobs))
    let result = try run.flows(progress: { _ in unsafe truncate(file.path, 5_000_000) == 0 })
    #expect(!result.summary.isComplete)
    #expect(result.summary.packets.packetCount < 48_000)
    #expect(!result.summary.captures[0].anomalies.isEmpty)
  }

  @Test func `a run can be ended early`() throws {
    let file = try TemporaryCapture(CaptureFile.Classic().file(Self.packets(seed: 42)))
    // The file goes with its last use, which an optimised build may see before the run.
    defer { withExtendedLifetime(file) {} }
    for jobs in [1, 3] {
      let run = CaptureRun(paths: [file.path], options: .init(jobs: jobs))
      let result = try run.flows(progress: { $0.packetCount < 100 })
      #expect(result.summary.isInterrupted)
      #expect(!result.summary.isComplete)
    }
  }

  @Test(arguments: [1, 2])
  func `a run that waits for a pipe can be cancelled, and hands out what it has`(jobs: Int) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "fv-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let pipe = folder.appending(path: "pipe").path()
    #expect(unsafe mkfifo(pipe, 0o600) == 0)
    let bytes = CaptureFile.Classic().file(Array(Self.packets(seed: 5).prefix(100)))
    let run = CaptureRun(paths: [pipe], options: .init(jobs: jobs))
    let writer = Thread {
      // Stays open until the run has ended.
      let file = FileHandle(forWritingAtPath: pipe)
      try? file?.write(contentsOf: Data(bytes))
      Thread.sleep(forTimeInterval: 0.3)
      run.cancellation.cancel()
      Thread.sleep(forTimeInterval: 1)
      try? file?.close()
    }
    writer.start()
    let result = try run.flows()
    #expect(result.summary.isInterrupted)
    #expect(result.summary.packets.packetCount == 100)
  }
}
