import ArgumentParser
import ClusterModel
import FlowAudit
import NetworkTypes
import PolicyReference
import Reports

/// `3306/tcp`, `3306` or `icmp`.
struct PortArgument: ExpressibleByArgument {
  var ipProtocol: IPProtocol
  /// 0 for protocols without ports.
  var port: UInt16

  init?(argument: String) {
    let parts = argument.split(separator: "/", omittingEmptySubsequences: false)
    switch parts.count {
    case 1:
      if let number = UInt16(parts[0]), number > 0 {
        ipProtocol = .tcp
        port = number
      } else if let named = IPProtocol(name: parts[0]), !named.hasPorts, UInt8(parts[0]) == nil {
        ipProtocol = named
        port = 0
      } else {
        return nil
      }
    case 2:
      // Reports write TCP/3306, kubectl 3306/TCP; both are understood.
      let isNumberFirst = UInt16(parts[0]) != nil
      let (number, name) = isNumberFirst ? (parts[0], parts[1]) : (parts[1], parts[0])
      guard let named = IPProtocol(name: name), named.hasPorts, let port = UInt16(number), port > 0
      else { return nil }
      ipProtocol = named
      self.port = port
    default: return nil
    }
  }
}

extension EndpointReference: ExpressibleByArgument {
  public init?(argument: String) { self.init(argument) }
}

enum FamilyArgument: String, ExpressibleByArgument, CaseIterable {
  case four = "4"
  case six = "6"

  var family: AddressFamily { self == .four ? .ipv4 : .ipv6 }
}

/// `flowverdict explain`: one connection, both sides, every rule.
struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Why is one connection allowed or denied? Both sides, every rule considered.",
    discussion: """
      Ends are written as namespace/pod, node/NAME, an IP address and, for --to,
      service/namespace/name.

      Every policy that could apply is shown, tier by tier, with every rule, peer
      and port, and why it did or did not match. For a deny by isolation the rule
      that came closest is named.

      Examples:
        flowverdict explain --from shop/web --to shop/db --port 3306/tcp \\
          --cluster dump.yaml
        flowverdict explain --from shop/web --to service/shop/db --port 3306 \\
          --cluster dump.yaml --policies new.yaml
        flowverdict explain --from 203.0.113.9 --to shop/web --port icmp \\
          --cluster dump.yaml -o json

      \(ClusterOptions.assumptions)

      Exit codes: 0 explained, whatever the verdict; 2 wrong input.
      """)

  @Option(help: ArgumentHelp("Who connects.", valueName: "end"))
  var from: EndpointReference

  @Option(help: ArgumentHelp("To whom.", valueName: "end"))
  var to: EndpointReference

  @Option(
    help: ArgumentHelp(
      "3306/tcp, 53/udp, 3306 (TCP), or a protocol without ports such as icmp.",
      valueName: "port"))
  var port: PortArgument

  @Option(help: ArgumentHelp("4 or 6; both where absent.", valueName: "family"))
  var family: FamilyArgument?

  @OptionGroup(title: "Cluster and policies") var cluster: ClusterOptions
  @OptionGroup(title: "Output") var output: OutputOptions<EveryFormatButCSV>

  func validate() throws { try cluster.requireCluster() }

  func run() throws {
    let input = try ClusterInput(cluster, isQuiet: output.quiet)
    let evaluator = ReferenceEvaluator(
      input.snapshot, input.policies, profile: input.profile.profile)
    let endpoints = EndpointDirectory(input.snapshot)
    let services = ServiceDirectory(input.snapshot, endpoints: endpoints)
    let connections: [Connection]
    do throws(ConnectionRequestError) {
      connections = try ConnectionResolver(endpoints: endpoints, services: services).connections(
        for: ConnectionRequest(
          source: from, destination: to, ipProtocol: port.ipProtocol, port: port.port,
          family: family?.family))
    } catch {
      throw CommandFailure(error.message)
    }
    let addresses = Set(connections.flatMap { [$0.source, $0.destination] })
    input.note(sharedAddresses: endpoints, among: addresses)
    let traces = connections.map(evaluator.explain)
    let question = ExplainReport.Question(
      source: from.description, destination: to.description, ipProtocol: port.ipProtocol,
      port: port.port)
    for open in try output.open() {
      let report = ExplainReport(
        style: open.style, policies: PolicyLocations(input.policies),
        citing: RemarkCiting(endpoints), leftOut: input.leftOut)
      switch open.format {
      case .json: try report.writeJSON(traces, of: question, to: open.buffer)
      case .ndjson: try report.writeNDJSON(traces, of: question, to: open.buffer)
      case .text, .wide, .csv: try report.writeText(traces, of: question, to: open.buffer)
      }
    }
  }
}
