using System.Diagnostics.CodeAnalysis;

namespace Cloud.Api.Gateway.Wire;

/// <summary>One thing the gateway can be asked for over HTTP: its name, its two bodies, and how it is answered.</summary>
public abstract class Operation(string name)
{
    /// <summary>The last part of its path.</summary>
    public string Name => name;

    /// <param name="body">Of the request, unread.</param>
    internal abstract ValueTask<GatewayAnswer> AnswerAsync(Served served, Stream body, CancellationToken cancel);

    /// <summary>Reads a body whole.</summary>
    /// <exception cref="BodyTooLargeException">It is over the limit.</exception>
    public static async ValueTask<byte[]> ReadBodyAsync(Stream body, int limit, CancellationToken cancel)
    {
        var bytes = new byte[4096];
        var length = 0;
        while (true)
        {
            var read = await body.ReadAsync(bytes.AsMemory(length), cancel);
            if (read == 0)
                return bytes[..length];
            length += read;
            if (length > limit)
                throw new BodyTooLargeException();
            if (length == bytes.Length)
                Array.Resize(ref bytes, Math.Min(bytes.Length * 2, limit + 1));
        }
    }
}

/// <summary>A question and an answer, each small enough for memory.</summary>
/// <param name="repeatable">
/// Asked again after an answer that got lost, it does and answers the same. A request that surely never arrived is
/// repeated anyway.
/// </param>
/// <param name="run">Answers it at the serving end.</param>
public sealed class Operation<TRequest, TAnswer>(
    string name,
    WireCodec<TRequest> request,
    WireCodec<TAnswer> answer,
    bool repeatable,
    Func<Served, TRequest, CancellationToken, ValueTask<TAnswer>> run
) : Operation(name)
{
    public WireCodec<TRequest> Request => request;

    public WireCodec<TAnswer> Answer => answer;

    public bool IsRepeatable => repeatable;

    /// <summary>How long the caller waits, repetitions included.</summary>
    public TimeSpan Budget { get; init; } = GatewayBudgets.Short;

    internal override async ValueTask<GatewayAnswer> AnswerAsync(Served served, Stream body, CancellationToken cancel)
    {
        var asked = request.Decode(await ReadBodyAsync(body, WireLimits.Request, cancel));
        var bytes = answer.Encode(await run(served, asked, cancel));
        return GatewayAnswer.Of(answer.ContentType, bytes);
    }
}

public sealed class BodyTooLargeException() : IOException("The body is too large");

/// <summary>How long a front waits for an operation in all. Well below what protocols and clients allow.</summary>
public static class GatewayBudgets
{
    /// <summary>What a user waits for: a login, a recipient, a list. Mail clients give up after 30 to 60 seconds.</summary>
    public static readonly TimeSpan Short = TimeSpan.FromSeconds(25);

    /// <summary>
    /// The end of DATA: a peer waits 10 minutes (RFC 5321 §4.5.3.2.6), many only 1 or 2; the queue takes over then.
    /// </summary>
    public static readonly TimeSpan Delivery = TimeSpan.FromSeconds(30);

    /// <summary>Work on whole mailboxes: opening, searching, copying, expunging.</summary>
    public static readonly TimeSpan Long = TimeSpan.FromSeconds(110);

    /// <summary>A message's way up or down through the service; it cuts answers off at 230 seconds.</summary>
    public static readonly TimeSpan Message = TimeSpan.FromSeconds(220);
}
