import Foundation

/// Standard output without a buffer, for figures come slowly and should be seen as they come.
enum StandardOutput {
  static func line(_ text: String) {
    FileHandle.standardOutput.write(Data((text + "\n").utf8))
  }
}
