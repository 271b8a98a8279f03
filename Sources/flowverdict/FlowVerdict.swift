import ArgumentParser

/// The command line: arguments, files, progress and exit codes; no logic of its own.
struct FlowVerdict: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "flowverdict",
    abstract: "Which flows do the cluster's policies allow or deny, and which rule decides?",
    discussion: """
      Reads a dump of a Kubernetes cluster, its policies, and packet captures.

        flowverdict audit capture.pcap --cluster cluster.yaml
        flowverdict explain --from shop/web --to shop/db --port 3306/tcp --cluster cluster.yaml
        flowverdict check connections.tsv --cluster cluster.yaml --policies policies/
        flowverdict flows capture.pcap

      A dump is what kubectl prints:

        kubectl get namespaces,nodes,pods,services,endpointslices,networkpolicies -A -o yaml

      Exit codes: 0 ran; 1 found what was asked for (--fail-on, a difference in check); 2 wrong input or usage,
      or a capture that could not be read in full; 130 interrupted.
      """,
    version: "0.1.0",
    subcommands: [AuditCommand.self, ExplainCommand.self, CheckCommand.self, FlowsCommand.self])
}
