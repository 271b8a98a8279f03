import Foundation
import TestSupport
import Testing

/// What `audit` and `flows` share: filters, threads, bounds of memory, ports of tunnels.
struct CaptureOptionTests {
  private static let sample = TinyCapture.sample.bytes

  private static func rows(_ run: Flowverdict.Run) -> [Substring] {
    run.output.split(separator: "\n").dropFirst().map { $0 }
  }

  // MARK: Filters

  @Test(arguments: [
    ["-o", "csv", "--", "host", "10.0.0.3", "and", "tcp", "port", "3306"],
    ["-o", "csv", "--", "host 10.0.0.3 and tcp port 3306"],
    ["--filter", "host 10.0.0.3 and tcp port 3306", "-o", "csv"],
  ])
  func `only packets that the filter matches become flows`(_ words: [String]) throws {
    let run = try Flowverdict.run(["flows", "-"] + words, input: Self.sample)
    #expect(run.status == 0, "\(run.errors)")
    let rows = Self.rows(run)
    #expect(rows.count == 2)
    #expect(rows.allSatisfy { $0.contains(",10.0.0.3,3306,") })
    let audit = try Flowverdict.run(
      ["audit", "-", "--cluster", "cluster.yaml"] + words, input: Self.sample)
    #expect(audit.status == 0, "\(audit.errors)")
    #expect(Self.rows(audit).count == 2)
  }

  @Test func `a report says what the filter left out`() throws {
    let run = try Flowverdict.run(["flows", "-", "--", "tcp port 3306"], input: Self.sample)
    #expect(
      run.output.hasPrefix(
        """
        -: 19 packets
        captured: 2026-03-01T12:00:00.003000000Z to 2026-03-01T12:00:00.008000000Z (0.005 s)
        note: the filter `tcp port 3306` left out 13 of 19 packets
        3 flows

        """),
      "\(run.output)")
  }

  @Test(arguments: ["1", "3"])
  func `packet numbers behind a filter are those of the capture`(_ jobs: String) throws {
    var capture = TinyCapture()
    capture.addConnection("10.0.0.1:40001", "10.0.0.2:80")
    // IPv4 whose header was cut off: packet 4.
    capture.addFrame(Array(repeating: 2, count: 12) + [0x08, 0x00, 0x45])
    try Scratch.with { folder in
      let file = folder.appending(path: "cut.pcap")
      try Data(capture.bytes).write(to: file)
      let run = try Flowverdict.run(
        ["flows", file.path, "--jobs", jobs, "--", "less 20"])
      #expect(run.status == 2)
      #expect(run.output.contains("first packet 4 of "), "\(run.output)")
      #expect(run.output.contains("left out 3 of 4 packets"))
    }
  }

  @Test(arguments: [
    (["--", "tcp", "prot", "80"], "filter `tcp prot 80`: "),
    (["--filter", "tcp port http-nonsense"], "http-nonsense"),
    (["--filter", "tcp", "--", "udp"], "only one filter"),
    (["--", "wlan addr1 00:00:00:00:00:00"], "wlan"),
  ])
  func `a filter that is not valid ends with 2 and libpcap's reason`(
    _ words: [String], _ reason: String
  ) throws {
    for command in [["flows", "-"], ["audit", "-", "--cluster", "cluster.yaml"]] {
      let run = try Flowverdict.run(command + words, input: Self.sample)
      #expect(run.status == 2)
      #expect(run.output == "")
      #expect(run.errors.contains(reason), "\(run.errors)")
    }
  }

  @Test func `nothing behind -- is no filter`() throws {
    let run = try Flowverdict.run(["flows", "-", "--"], input: Self.sample)
    #expect(run.status == 0, "\(run.errors)")
    #expect(try run.output == Flowverdict.run("flows -", input: Self.sample).output)
  }

  // MARK: Threads

  /// Some MiB, so that a file has several parts: connections that come back, some after pauses.
  private static let large: [UInt8] = {
    var capture = TinyCapture()
    for number in 0..<16_000 {
      let client = "10.\(number % 5).\(number / 250 % 200).\(number % 250):\(1_000 + number % 9)"
      capture.addConnection(client, "10.0.0.2:80")
    }
    return capture.bytes
  }()

  @Test(arguments: [
    "flows FILE -o csv", "flows FILE -o ndjson --max-flows 1024",
    "flows FILE FILE -o json --idle-timeout 300ms",
    "flows FILE -o csv --max-flows 1500 --idle-timeout 2s --filter=dst_port_80",
    "audit FILE --cluster cluster.yaml --policies policies.yaml -o csv --max-flows 1024",
    "audit FILE --cluster cluster.yaml --policies policies.yaml -o text",
  ])
  func `the same bytes come out with any number of threads`(_ command: String) throws {
    try Scratch.with { folder in
      let file = folder.appending(path: "large.pcap")
      try Data(Self.large).write(to: file)
      let words = command.split(separator: " ").map {
        $0 == "FILE" ? file.path : String($0).replacing("_", with: " ")
      }
      let one = try Flowverdict.run(words + ["--jobs", "1"])
      #expect(one.status == 0, "\(one.errors)")
      #expect(one.output.utf8.count > 1_000)
      for jobs in [["--jobs", "2"], ["--jobs", "5"], []] {
        let run = try Flowverdict.run(words + jobs)
        #expect(run.status == 0)
        #expect(run.output == one.output, "\(jobs)")
      }
    }
  }

  // MARK: Bounds

  @Test func `flows beyond --max-flows are written early, none is lost, and text says so`() throws {
    let bounded = try Flowverdict.run("flows - -o csv --max-flows 1024", input: Self.large)
    let whole = try Flowverdict.run("flows - -o csv", input: Self.large)
    #expect(bounded.status == 0)
    #expect(Self.rows(bounded).count >= Self.rows(whole).count)
    let packets = { (run: Flowverdict.Run) in
      Self.rows(run).reduce(0) { sum, row in
        let fields = row.split(separator: ",", omittingEmptySubsequences: false)
        return sum + Int(fields[7])! + Int(fields[9])!
      }
    }
    #expect(packets(bounded) == 48_000)
    #expect(packets(whole) == 48_000)
    let text = try Flowverdict.run("flows - --max-flows 1024", input: Self.large)
    #expect(text.output.contains(" flows were closed early to bound memory; "))
  }

  @Test(arguments: [("1s", 2), ("1", 2), ("999ms", 3), ("2m", 1), ("1h", 1)])
  func `a pause longer than --idle-timeout makes another flow`(
    _ timeout: String, _ count: Int
  ) throws {
    let frame = Frame.ethernet(Frame.ipv4("10.0.0.1", "10.0.0.2", Frame.udp(1, 2)))
    let start: UInt64 = 1_700_000_000_000_000_000
    let packets = [0, 1_000, 3_000].map {
      CaptureFile.Packet(frame, time: start + $0 * 1_000_000)
    }
    let run = try Flowverdict.run(
      "flows - -o csv --idle-timeout \(timeout)", input: CaptureFile.Classic().file(packets))
    #expect(Self.rows(run).count == count)
  }

  // MARK: Tunnels

  @Test(arguments: [
    ("", 1), ("--vxlan-port 4789,5555", 2), ("--vxlan-port 5555", 1), ("--vxlan-port none", 0),
  ])
  func `packets inside of VXLAN are found behind the ports named`(
    _ options: String, _ insideCount: Int
  ) throws {
    let packets = [(UInt16(4789), "10.0.0.1"), (5555, "10.0.0.2")].map { port, address in
      let inner = Frame.ethernet(Frame.ipv4(address, "10.0.1.9", Frame.tcp(1000, 80)))
      return CaptureFile.Packet(
        Frame.ethernet(
          Frame.ipv4(
            "192.168.0.1", "192.168.0.2",
            Frame.udp(50_000, port, [8, 0, 0, 0, 0, 0, 1, 0] + inner))))
    }
    let run = try Flowverdict.run(
      "flows - -o csv \(options)", input: CaptureFile.Classic().file(packets))
    #expect(run.status == 0, "\(run.errors)")
    #expect(Self.rows(run).count { $0.contains(",10.0.1.9,80,") } == insideCount)
    #expect(Self.rows(run).count == 2)
  }

  @Test(arguments: ["geneve", "vxlan-gpe"])
  func `the other tunnels' ports can be named too`(_ tunnel: String) throws {
    let inner = Frame.ipv4("10.0.0.1", "10.0.1.9", Frame.tcp(1000, 80)).bytes
    // Geneve names the EtherType, VXLAN-GPE its own number of IPv4.
    let header: Bytes =
      tunnel == "geneve" ? [0, 0, 0x08, 0x00, 0, 0, 1, 0] : [0x0c, 0, 0, 1, 0, 0, 1, 0]
    let frame = Frame.ethernet(
      Frame.ipv4("192.168.0.1", "192.168.0.2", Frame.udp(50_000, 7_777, header + inner)))
    let file = CaptureFile.Classic().file([CaptureFile.Packet(frame)])
    let outside = try Flowverdict.run("flows - -o csv", input: file)
    #expect(Self.rows(outside).first?.contains(",192.168.0.2,7777,") == true)
    let inside = try Flowverdict.run("flows - -o csv --\(tunnel)-port 7777", input: file)
    #expect(Self.rows(inside).first?.contains(",10.0.1.9,80,") == true)
  }

  // MARK: Slips

  @Test(arguments: [
    ("--jobs 0", "--jobs is 1 to 256"), ("--jobs 257", "--jobs is 1 to 256"),
    ("--jobs many", "--jobs"), ("--max-flows 1023", "--max-flows is 1024 to 16777215"),
    ("--max-flows 16777216", "--max-flows is 1024 to 16777215"), ("--max-flows -1", "max-flows"),
    ("--idle-timeout 0", "--idle-timeout"), ("--idle-timeout 5x", "--idle-timeout"),
    ("--idle-timeout -5", "--idle-timeout"), ("--idle-timeout 9999999999h", "--idle-timeout"),
    ("--vxlan-port 0", "--vxlan-port"), ("--vxlan-port 65536", "--vxlan-port"),
    ("--vxlan-port 1,,2", "--vxlan-port"), ("--geneve-port x", "--geneve-port"),
    ("--geneve-port 4789", "port 4789 is named twice"),
    ("--vxlan-gpe-port 6081,6081", "port 6081 is named twice"),
  ])
  func `what an option cannot be ends with 2 and says why`(
    _ options: String, _ reason: String
  ) throws {
    for command in ["flows -", "audit - --cluster cluster.yaml"] {
      let run = try Flowverdict.run("\(command) \(options)", input: Self.sample)
      #expect(run.status == 2)
      #expect(run.output == "")
      #expect(run.errors.contains(reason), "\(run.errors)")
    }
  }
}
