using System.Runtime.Versioning;

// The clients are Unix programs.
[assembly: SupportedOSPlatform("linux")]
