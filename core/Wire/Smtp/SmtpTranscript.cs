using System.Buffers.Binary;
using System.Text;

namespace Cloud.Wire.Smtp;

/// <summary>What was said on a connection, without secrets and without a message's octets.</summary>
/// <remarks>Kept as octets, since most of them are never looked at.</remarks>
public sealed class SmtpTranscript
{
    public static readonly SmtpTranscript Empty = new([], 0);

    readonly byte[] entries;
    readonly int omitted;

    internal SmtpTranscript(byte[] entries, int omitted) => (this.entries, this.omitted) = (entries, omitted);

    /// <summary>
    /// <c>C: </c> before what we said, <c>S: </c> before what the server said, <c>-- </c> before remarks. Control
    /// characters are replaced.
    /// </summary>
    public IReadOnlyList<string> Lines
    {
        get
        {
            var lines = new List<string>();
            for (var at = 0; at < entries.Length; )
            {
                if (omitted > 0 && lines.Count == TranscriptBuilder.KeptAtStart)
                    lines.Add($"-- {omitted} lines left out");
                var length = BinaryPrimitives.ReadUInt16LittleEndian(entries.AsSpan(at + 1));
                var text = Printable.Text(entries.AsSpan(at + TranscriptBuilder.Head, length));
                lines.Add($"{Mark(entries[at])} {text}");
                at += TranscriptBuilder.Head + length;
            }

            return lines;
        }
    }

    public override string ToString() => string.Join('\n', Lines);

    static string Mark(byte kind) =>
        kind switch
        {
            TranscriptBuilder.Client => "C:",
            TranscriptBuilder.Server => "S:",
            _ => "--",
        };
}
