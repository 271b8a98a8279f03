import ArgumentParser

/// The command line: arguments, files, progress and exit codes; no logic of its own.
@main
struct FlowVerdict: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "flowverdict",
    abstract: "Which flows do the cluster's policies allow or deny, and which rule decides?"
  )
}
