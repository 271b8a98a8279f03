import ArgumentParser
import FlowAudit
import FlowTracking
import Reports

/// `flowverdict flows`: the flows of captures, without any cluster.
struct FlowsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "flows",
    abstract: "Show the flows of captures; no cluster needed.",
    discussion: """
      One line a flow: protocol, first sender, other end, packets and bytes of
      each direction, first and last time, and what was observed:

        established  the handshake completed, or answers were seen
        refused      a RST or an ICMP error came back
        unanswered   nothing came back
        mid-stream   a TCP connection whose start is not in the captures

      Packets are counted once where several captures, or several interfaces of
      one, show them.

      Examples:
        flowverdict flows capture.pcap
        flowverdict flows client.pcap server.pcap -o csv=flows.csv
        kubectl exec web-0 -- tcpdump -U -w - | flowverdict flows -
        flowverdict flows node.pcap -o csv -- tcp port 80 and not host 10.0.0.9

      Exit codes: 0 ran; 2 a capture could not be read, or not in full; 130
      interrupted.
      """)

  @Argument(
    help: ArgumentHelp("Captures (pcap, pcapng), or - for standard input.", valueName: "capture"))
  var captures: [String]

  @OptionGroup(title: "Reading") var reading: CaptureOptions
  @OptionGroup(title: "Output") var output: OutputOptions<EveryFormat>

  func validate() throws { try StandardInput.requireSingleUse(captures) }

  func run() throws {
    let outputs = try output.open()
    let reports = FlowReports(
      outputs.map { open in
        FlowReport(open.format, style: open.style, captures: captures, to: open.buffer)
      })
    let account = try CaptureInput(
      paths: captures, options: reading.value, isQuiet: output.quiet,
      outputs: OutputSet(files: outputs.map(\.file))
    ).run(sink: reports.add)
    try reports.finish(account)
    try account.throwIfIncomplete()
  }
}

/// All outputs of one run: flows are written while they come in.
private final class FlowReports {
  private var reports: [FlowReport]

  init(_ reports: [FlowReport]) {
    self.reports = reports
    for index in self.reports.indices { self.reports[index].begin() }
  }

  func add(_ flow: Flow) {
    for index in reports.indices { reports[index].add(flow) }
  }

  func finish(_ account: CaptureAccount) throws {
    for index in reports.indices { try reports[index].finish(account) }
  }
}
