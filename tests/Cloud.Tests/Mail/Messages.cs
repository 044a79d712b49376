using System.Runtime.CompilerServices;
using System.Text;
using Cloud.Mail;

namespace Cloud.Tests.Mail;

/// <summary>Messages to scan: those in Data, and texts.</summary>
static class Messages
{
    public static IEnumerable<string> Names =>
        Directory.EnumerateFiles(Folder(), "*.eml").Select(Path.GetFileNameWithoutExtension).Order()!;

    public static byte[] Read(string name) => File.ReadAllBytes(Path.Combine(Folder(), name + ".eml"));

    public static string Expected(string name) => File.ReadAllText(Path.Combine(Folder(), name + ".txt"));

    public static string ExpectedReading(string name) => File.ReadAllText(Path.Combine(Folder(), name + ".read"));

    public static MessageIndex Scan(string message) => Scan(Encoding.Latin1.GetBytes(message));

    public static MessageIndex Scan(ReadOnlySpan<byte> message, int chunk = int.MaxValue)
    {
        var scanner = new MessageScanner();
        while (!message.IsEmpty)
        {
            var length = Math.Min(chunk, message.Length);
            scanner.Write(message[..length]);
            message = message[length..];
        }

        return scanner.Complete();
    }

    public static MessageIndex ScanCut(ReadOnlySpan<byte> message, int at)
    {
        var scanner = new MessageScanner();
        scanner.Write(message[..at]);
        scanner.Write(message[at..]);
        return scanner.Complete();
    }

    /// <summary>The message as a file of LF line ends.</summary>
    public static byte[] WithoutCr(byte[] message) =>
        Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(message).Replace("\r\n", "\n", StringComparison.Ordinal));

    /// <summary>Those of other people's tests.</summary>
    public static IEnumerable<byte[]> Outsiders() =>
        Directory
            .EnumerateFiles(Path.Combine(Folder(), "outside"), "*.*", SearchOption.AllDirectories)
            .Where(file => Path.GetExtension(file) is ".eml" or ".msg")
            .Order(StringComparer.Ordinal)
            .Select(File.ReadAllBytes);

    static string Folder([CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "Data");
}
