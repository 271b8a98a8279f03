import ArgumentParser

/// The benchmarks of FlowVerdict.
///
/// A harness of our own instead of ordo-one/benchmark, because what is compared differs by less than this kind of machine
/// varies from one second to the next: here all variants of a task take turns in repetitions of milliseconds, so that
/// neighbours hit them alike, and minimum and median of processor time are kept; a variant's peers in C run in the same
/// process and turns. ordo-one/benchmark runs one benchmark after the other, and reports whole-process metrics.
@main
struct FlowVerdictBenchmarks: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "flowverdict-benchmarks",
    abstract: "Times FlowVerdict's stages on made-up clusters.",
    subcommands: [
      LookupBenchmark.self, CompileBenchmark.self, EditBenchmark.self, LoadBenchmark.self,
      CaptureBenchmark.self,
      ProgramsBenchmark.self, PeersBenchmark.self, MakeCaptureCommand.self,
      MakeManifestsCommand.self, SoakCommand.self, SummaryCommand.self,
    ])
}
