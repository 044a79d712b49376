using System.Globalization;
using Cloud.Store.Ports;

namespace Cloud.Api.Gateway.Wire;

/// <summary>The gateway's serving end, for whatever carries HTTP.</summary>
/// <remarks>
/// Nothing is kept between calls that another instance would need. What a caller or the store does wrong is an answer:
/// <see cref="AnswerAsync"/> does not throw.
/// </remarks>
public sealed class GatewayService
{
    readonly Served served;
    readonly TimeProvider time;

    /// <param name="backend">On a store that others write, too (<see cref="Store.StoreOptions.SoleOwner"/> is false).</param>
    public GatewayService(Backend backend)
    {
        time = backend.Accounts.Time;
        served = new(backend, new LocalGateway(backend));
    }

    /// <summary>Answers one request.</summary>
    /// <param name="operation">The path behind <see cref="WireFormat.Path"/>.</param>
    /// <param name="header">A request header's value, null when it is missing.</param>
    /// <param name="body">The request's, unread.</param>
    public async ValueTask<GatewayAnswer> AnswerAsync(
        string operation,
        Func<string, string?> header,
        Stream body,
        CancellationToken cancel
    )
    {
        if (header(WireFormat.VersionHeader) is var version && version != WireFormat.Version)
            return GatewayAnswer.Of(Problem.WrongVersion(version));
        if (!GatewayOperations.Table.TryGetValue(operation, out var found))
            return GatewayAnswer.Of(Problem.UnknownOperation(operation.Length > 64 ? operation[..64] : operation));

        using var budget = new CancellationTokenSource(Budget(header(WireFormat.BudgetHeader)), time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, budget.Token);
        try
        {
            var call = served with { IsLate = IsLate(header(WireFormat.SentHeader)) };
            return await found.AnswerAsync(call, body, either.Token);
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            return GatewayAnswer.Of(Problem.OutOfTime);
        }
        catch (StoreException e)
        {
            return GatewayAnswer.Of(Problem.From(e), e);
        }
        catch (BodyTooLargeException)
        {
            return GatewayAnswer.Of(Problem.TooLarge);
        }
        catch (Exception e) when (e is WireException or IOException)
        {
            return GatewayAnswer.Of(Problem.BadRequest(e.Message));
        }
#pragma warning disable CA1031 // The last resort: the caller is told as little as possible, the host logs it.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return GatewayAnswer.Of(Problem.Fault, e);
        }
    }

    static TimeSpan Budget(string? milliseconds)
    {
        var asked = Number(milliseconds) is { } given ? TimeSpan.FromMilliseconds(given) : WireLimits.Budget;
        return asked < WireLimits.Budget ? asked : WireLimits.Budget;
    }

    /// <summary>Clocks that differ only cost a look more: what cannot be told counts as late.</summary>
    bool IsLate(string? sent) =>
        Number(sent) is not { } milliseconds
        || (time.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalMilliseconds - milliseconds
            > WireLimits.Late.TotalMilliseconds;

    static long? Number(string? text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number < 1L << 48
            ? number
            : null;
}
