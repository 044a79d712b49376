using System.Buffers;
using Cloud.Mail;
using Cloud.Mail.SevenBit;
using Cloud.Store.Messages;
using Cloud.Trust.Dkim;
using Cloud.Wire.Smtp;

namespace Cloud.Flow.Outbound.Relay;

/// <summary>A message in 7 bit, for servers that take no other, and its signatures. RFC 6152 §3.</summary>
/// <remarks>
/// Rare, so the message is read as often as is simple: twice to see what it is made of, once to measure and sign what becomes
/// of it, and once to be sent. Signatures that it came with do not outlive it; ours are made of the converted message.
/// </remarks>
sealed class SevenBitForm
{
    /// <summary>Octets read at a time.</summary>
    const int Block = 16 * 1024;

    readonly RelayJob job;
    readonly SevenBitPlan? plan;
    byte[] signatures = [];

    SevenBitForm(RelayJob job, SevenBitPlan? plan, SevenBitRefusal? refusal) =>
        (this.job, this.plan, Refusal) = (job, plan, refusal);

    /// <summary>Why there is no such form; null where there is one.</summary>
    public SevenBitRefusal? Refusal { get; }

    /// <summary>Octets, as they go out; 0 where there is no such form.</summary>
    public long Size { get; private set; }

    /// <exception cref="Cloud.Store.Ports.StoreException">The blob or the keys cannot be read.</exception>
    public static async ValueTask<SevenBitForm> OfAsync(
        RelayJob job,
        SigningKeys keys,
        TimeProvider time,
        CancellationToken cancel
    )
    {
        var scanner = new MessageScanner();
        await ReadAsync(await OriginalAsync(job, cancel), scanner.Write, cancel);
        var survey = new SevenBitSurvey(scanner.Complete());
        await ReadAsync(await OriginalAsync(job, cancel), survey.Write, cancel);
        var form = new SevenBitForm(job, survey.Complete(out var refusal), refusal);
        if (form.plan is null)
            return form;
        var signing = job.Message.SigningDomain is { } domain ? await keys.OfAsync(domain, cancel) : [];
        if (signing.Count > 0)
            await form.SignAsync(signing, time, cancel);
        else
            await form.MeasureAsync(_ => { }, cancel);
        form.Size += form.signatures.Length;
        return form;
    }

    public async ValueTask<Stream> OpenAsync(CancellationToken cancel) =>
        new FieldsThenBlob(signatures, new SevenBitStream(await OriginalAsync(job, cancel), plan!));

    async ValueTask SignAsync(IReadOnlyList<DkimKey> keys, TimeProvider time, CancellationToken cancel)
    {
        using var signing = new DkimSigning(job.Message.SigningDomain!, keys, time, null);
        await MeasureAsync(signing.Write, cancel);
        signatures = SignedContent.Complete(signing);
    }

    /// <summary>Counts what goes out, in which bare line feeds have become line ends: that is what is signed, too.</summary>
    async ValueTask MeasureAsync(Action<ReadOnlySpan<byte>> take, CancellationToken cancel)
    {
        var encoder = new SmtpContentEncoder(stuff: false);
        var lines = new byte[SmtpContentEncoder.MaxLength(Block)];
        var converted = new SevenBitStream(await OriginalAsync(job, cancel), plan!);
        await ReadAsync(converted, octets => Pass(encoder.Encode(octets, lines)), cancel);
        Pass(encoder.Finish(lines));

        void Pass(int length)
        {
            take(lines.AsSpan(0, length));
            Size += length;
        }
    }

    static async ValueTask<Stream> OriginalAsync(RelayJob job, CancellationToken cancel) =>
        new FieldsThenBlob(job.Message.Fields, await job.OpenBlob(cancel));

    static async ValueTask ReadAsync(Stream stream, Action<ReadOnlySpan<byte>> take, CancellationToken cancel)
    {
        var block = ArrayPool<byte>.Shared.Rent(Block);
        try
        {
            while (await stream.ReadAsync(block.AsMemory(0, Block), cancel) is > 0 and var count)
                take(block.AsSpan(0, count));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
            await stream.DisposeAsync();
        }
    }
}
