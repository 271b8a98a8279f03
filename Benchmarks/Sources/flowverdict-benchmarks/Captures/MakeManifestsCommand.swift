import ArgumentParser
import Foundation

struct MakeManifestsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "make-manifests",
    abstract: "Writes the cluster whose pods talk in a capture of make-capture.")

  @Argument(help: "small or mixed.")
  var recipe: CaptureRecipe

  @Argument(help: "The file to write.")
  var path: String

  func run() throws {
    let cluster = recipe.makeCluster()
    try Data(ManifestWriter.text(cluster.snapshot, cluster.policies).utf8)
      .write(to: URL(fileURLWithPath: path))
  }
}
