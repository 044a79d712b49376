using System.Buffers;
using System.IO.Pipelines;
using System.Security.Cryptography;
using System.Text;

namespace Cloud.Mail.Compose;

/// <summary>Writes messages: RFC 5322, MIME, RFC 6532. Everything comes from its arguments, time and chance too.</summary>
/// <remarks>
/// Attachments stream through; texts are held once. Lines end in CRLF and have at most 998 octets, those of headers 78
/// where they can be folded. Nothing but <see cref="ComposeOptions.EightBit"/> and <see cref="HeaderForm.Utf8"/> lets
/// an octet beyond ASCII through.
/// </remarks>
public static class MessageComposer
{
    /// <summary>Octets gathered before they are handed on.</summary>
    const int FlushAt = 64 * 1024;

    /// <summary>Octets encoded at a time.</summary>
    const int Piece = 16 * 1024;

    /// <summary>Boundaries tried; even the second one means that somebody foresaw the seed.</summary>
    const int MaxAttempts = 4;

    /// <summary>RFC 5322 §3.6.</summary>
    static readonly string[] OnlyOnce =
    [
        "Date",
        "From",
        "Sender",
        "Reply-To",
        "To",
        "Cc",
        "Bcc",
        "Subject",
        "Message-ID",
        "In-Reply-To",
        "References",
    ];

    /// <param name="message">What to write; its sources are read twice where their content decides the encoding.</param>
    /// <param name="options">How.</param>
    /// <param name="target">Gets the message; flushed, not completed.</param>
    /// <param name="cancel">Leaves the target with a part of the message.</param>
    /// <exception cref="ComposeException">It cannot be said in a standard message; the target may have a part.</exception>
    public static async ValueTask<ComposedMessage> WriteAsync(
        OutgoingMessage message,
        ComposeOptions options,
        PipeWriter target,
        CancellationToken cancel
    )
    {
        var root = await PlanAsync(message, options, cancel);
        var output = new Output(target, options, cancel);
        var written = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var field in message.AllFields())
        {
            if (!written.Add(field.Name) && OnlyOnce.Contains(field.Name, StringComparer.OrdinalIgnoreCase))
                throw new ComposeException($"{field.Name} may stand only once");
            if (ContentFields.IsReserved(field.Name))
                throw new ComposeException($"{field.Name} is written by itself");
            field.WriteTo(output.Fields);
        }

        new RawField("MIME-Version", "1.0").WriteTo(output.Fields);
        await output.PartAsync(root);
        if (!root.EndsLine && output.HasBody)
            output.Write("\r\n"u8);
        await target.FlushAsync(cancel);
        return new ComposedMessage(output.Size, output.IsEightBit, output.Fields.HasUtf8);
    }

    /// <summary>The whole message, for those that are small.</summary>
    public static async ValueTask<byte[]> ToBytesAsync(
        OutgoingMessage message,
        ComposeOptions options,
        CancellationToken cancel
    )
    {
        using var octets = new MemoryStream();
        var writer = PipeWriter.Create(octets, new StreamPipeWriterOptions(leaveOpen: true));
        await WriteAsync(message, options, writer, cancel);
        await writer.CompleteAsync();
        return octets.ToArray();
    }

    static async ValueTask<PlannedPart> PlanAsync(
        OutgoingMessage message,
        ComposeOptions options,
        CancellationToken cancel
    )
    {
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            var planner = new PartPlanner(options, BoundaryPrefix(message.Seed.Span, attempt), cancel);
            var plan = await planner.PlanAsync(message.Body, depth: 1);
            if (!planner.HasCollision)
                return plan;
        }

        throw new ComposeException("The content holds every boundary that could divide it");
    }

    /// <summary>Begins as no line of quoted-printable or base64 can: RFC 2045 §6.7 (remark at the end).</summary>
    static string BoundaryPrefix(ReadOnlySpan<byte> seed, int attempt)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData([.. seed, (byte)attempt], digest);
        return "=_" + System.Convert.ToHexStringLower(digest[..12]);
    }

    sealed class Output(PipeWriter target, ComposeOptions options, CancellationToken cancel)
    {
        readonly CountingWriter counted = new(target);
        FieldWriter? fields;
        long headerEnd;

        public FieldWriter Fields => fields ??= new FieldWriter(counted, options.Headers);
        public long Size => counted.Count;
        public bool HasBody => Size > headerEnd;
        public bool IsEightBit { get; private set; }

        public void Write(ReadOnlySpan<byte> octets) => counted.Write(octets);

        public async ValueTask PartAsync(PlannedPart part)
        {
            ContentFields.Write(Fields, part.Part, part.Type, part.Parameters, part.Encoding);
            Write("\r\n"u8);
            headerEnd = Size;
            IsEightBit |= part.Encoding == "8bit";
            if (part.Body is { } body)
                await BodyAsync(body, part);
            for (var i = 0; i < part.Children.Length; i++)
            {
                Delimit(part.Boundary, i == 0 ? "--" : "\r\n--", "\r\n");
                await PartAsync(part.Children[i]);
            }

            if (part.Children.Length > 0)
                Delimit(part.Boundary, "\r\n--", "--");
        }

        async ValueTask BodyAsync(OctetSource body, PlannedPart part)
        {
            var coder = part.Coder();
            await foreach (var octets in body.ReadAsync(cancel))
            {
                for (var rest = octets; !rest.IsEmpty; rest = rest[Math.Min(Piece, rest.Length)..])
                {
                    coder.Write(rest[..Math.Min(Piece, rest.Length)].Span, counted);
                    if (counted.Unflushed >= FlushAt)
                        await FlushAsync();
                }
            }

            coder.Complete(counted);
        }

        void Delimit(string boundary, string before, string after) =>
            Write(Encoding.ASCII.GetBytes(before + boundary + after));

        async ValueTask FlushAsync()
        {
            counted.Unflushed = 0;
            await target.FlushAsync(cancel);
        }
    }

    sealed class CountingWriter(PipeWriter target) : IBufferWriter<byte>
    {
        public long Count { get; private set; }
        public long Unflushed { get; set; }

        public void Advance(int count)
        {
            target.Advance(count);
            Count += count;
            Unflushed += count;
        }

        public Memory<byte> GetMemory(int sizeHint = 0) => target.GetMemory(sizeHint);

        public Span<byte> GetSpan(int sizeHint = 0) => target.GetSpan(sizeHint);
    }
}
