import ArgumentParser
import FlowTracking
import PacketCapture
import PacketDecode

/// Which packets of captures count, what is one flow, and how much memory and how many threads reading takes.
struct CaptureOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      Read only packets that this filter of tcpdump (pcap-filter(7)) matches; the words after -- are the same. It sees \
      frames as captured, not what is inside of tunnels.
      """, valueName: "expression"))
  var filter: [String] = []

  @Option(
    help: ArgumentHelp(
      """
      Threads that read and decode; the output is the same with any number. (default: one for each processor, at most \
      \(Self.mostUsefulJobs))
      """, valueName: "number"))
  var jobs: Int?

  @Option(
    help: ArgumentHelp(
      """
      Flows remembered at once, \(Self.flowCounts.lowerBound) to \(Self.flowCounts.upperBound). Beyond that the \
      longest-idle ones are written early. Takes at most \(FlowTrackerOptions.maximumByteCountPerFlow) bytes for each, \
      where so many are seen.
      """, valueName: "number"))
  var maxFlows = FlowTrackerOptions().maximumFlowCount

  @Option(
    help: ArgumentHelp(
      """
      A pause after which further packets are another flow: 90 (seconds), 500ms, 5m or 1h. Such flows are written early. \
      (default: none)
      """, valueName: "duration"))
  var idleTimeout: DurationArgument?

  @Option(
    help: ArgumentHelp(
      "UDP destination ports of VXLAN, or none. (default: \(Self.text(\.vxlanPorts)))",
      valueName: "port,..."))
  var vxlanPort: PortsArgument?

  @Option(
    help: ArgumentHelp(
      "UDP destination ports of VXLAN-GPE, or none. (default: \(Self.text(\.vxlanGPEPorts)))",
      valueName: "port,..."))
  var vxlanGpePort: PortsArgument?

  @Option(
    help: ArgumentHelp(
      "UDP destination ports of Geneve, or none. (default: \(Self.text(\.genevePorts)))",
      valueName: "port,..."))
  var genevePort: PortsArgument?

  /// More threads hardly help: one keeps the flows.
  private static let mostUsefulJobs = 4
  private static let jobCounts = 1...256
  private static let flowCounts = FlowTrackerOptions.flowCounts

  private static func text(_ ports: KeyPath<PacketDecoder.Options, [UInt16]>) -> String {
    PacketDecoder.Options()[keyPath: ports].map(String.init).joined(separator: ",")
  }

  func validate() throws {
    if filter.count > 1 {
      throw ValidationError("only one filter; join expressions with `and` or `or`")
    }
    if let jobs, !Self.jobCounts.contains(jobs) {
      throw ValidationError(
        "--jobs is \(Self.jobCounts.lowerBound) to \(Self.jobCounts.upperBound)")
    }
    if !Self.flowCounts.contains(maxFlows) {
      throw ValidationError(
        "--max-flows is \(Self.flowCounts.lowerBound) to \(Self.flowCounts.upperBound)")
    }
    let ports = decoding
    let all = ports.vxlanPorts + ports.vxlanGPEPorts + ports.genevePorts
    if let twice = all.first(where: { port in all.count { $0 == port } > 1 }) {
      throw ValidationError("port \(twice) is named twice as a tunnel's port")
    }
  }

  /// The words of the filter; `nil` where all packets are read.
  var filterExpression: String? {
    guard let words = filter.first, words.contains(where: { !$0.isWhitespace }) else { return nil }
    return words
  }

  private var decoding: PacketDecoder.Options {
    var options = PacketDecoder.Options()
    if let vxlanPort { options.vxlanPorts = vxlanPort.ports }
    if let vxlanGpePort { options.vxlanGPEPorts = vxlanGpePort.ports }
    if let genevePort { options.genevePorts = genevePort.ports }
    return options
  }

  var value: CaptureRun.Options {
    var options = CaptureRun.Options(
      reading: CaptureReadingOptions(filter: filterExpression), decoding: decoding,
      jobs: jobs ?? min(Environment.processorCount, Self.mostUsefulJobs))
    options.tracking.maximumFlowCount = maxFlows
    options.tracking.idleTimeoutNanoseconds = idleTimeout?.nanoseconds
    return options
  }
}

/// `90`, `90s`, `500ms`, `5m` or `1h`; a number without a unit is seconds.
struct DurationArgument: ExpressibleByArgument {
  /// More than 0.
  var nanoseconds: Int64

  private static let units: [(name: String, nanoseconds: Int64)] = [
    ("ms", 1_000_000), ("s", 1_000_000_000), ("m", 60_000_000_000), ("h", 3_600_000_000_000),
    ("", 1_000_000_000),
  ]

  init?(argument: String) {
    let digits = argument.prefix { $0.isASCII && $0.isNumber }
    let name = argument.dropFirst(digits.count)
    guard let count = Int64(digits), count > 0,
      let unit = Self.units.first(where: { $0.name == name })
    else { return nil }
    let product = count.multipliedReportingOverflow(by: unit.nanoseconds)
    // Longer than captures can be; so that adding it to a time cannot overflow.
    guard !product.overflow, product.partialValue <= .max / 2 else { return nil }
    nanoseconds = product.partialValue
  }
}

/// `4789,8472`, or `none`.
struct PortsArgument: ExpressibleByArgument {
  var ports: [UInt16]

  init?(argument: String) {
    ports = []
    if argument == "none" { return }
    for word in argument.split(separator: ",", omittingEmptySubsequences: false) {
      guard let port = UInt16(word), port > 0 else { return nil }
      ports.append(port)
    }
  }
}

/// Words after `--` as a filter, as tcpdump takes it: `flowverdict flows node.pcap -- tcp port 80`.
enum FilterArguments {
  private static let commands: Set<String> = ["audit", "flows"]

  /// `arguments` with the words after `--` as the value of `--filter`.
  static func expanded(_ arguments: [String]) -> [String] {
    guard let command = arguments.first, commands.contains(command),
      let place = arguments.firstIndex(of: "--")
    else { return arguments }
    let words = arguments[(place + 1)...]
    return arguments[..<place]
      + (words.isEmpty ? [] : ["--filter=" + words.joined(separator: " ")])
  }
}
