import ArgumentParser

/// The command line: arguments, files, progress and exit codes; no logic of its own.
struct FlowVerdict: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "flowverdict",
    abstract: "Which flows do the cluster's policies allow or deny, and which rule decides?",
    discussion: """
      Reads a dump of a Kubernetes cluster, its policies, and packet captures.

        flowverdict audit node.pcap --cluster dump.yaml
        flowverdict explain --from shop/web --to shop/db --port 3306/tcp \\
          --cluster dump.yaml
        flowverdict check connections.tsv --cluster dump.yaml
        flowverdict flows node.pcap
        flowverdict compile --cluster dump.yaml -o policies.fvt

      A dump is what kubectl prints, as YAML or JSON:

        kubectl get -A -o yaml \\
          namespaces,nodes,pods,services,endpointslices,networkpolicies

      Exit codes: 0 ran; 1 found what was asked for (--fail-on, a difference in
      check); 2 wrong input or usage, or a capture that was not read in full; 130
      interrupted.
      """,
    version: "0.1.0",
    subcommands: [
      AuditCommand.self, ExplainCommand.self, CheckCommand.self, FlowsCommand.self,
      CompileCommand.self, BenchCommand.self,
    ])
}
