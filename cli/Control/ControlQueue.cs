using System.Globalization;
using Cloud.Api.Admin;
using Cloud.Flow.Outbound;
using Cloud.Flow.Outbound.Reports;

namespace Cloud.Cli.Control;

/// <summary>The queue by way of a running server's socket: both ends of it.</summary>
sealed class ControlQueue(Func<ControlRequest, CancellationToken, Task<ControlAnswer>> askAsync) : IQueueAdministration
{
    const string List = "QueueList";
    const string Show = "QueueShow";
    const string Change = "QueueChange";
    const string ListDead = "DeadList";
    const string ReplayDead = "DeadReplay";
    const string RemoveDead = "DeadRemove";
    const string ListSuppressed = "SuppressionList";
    const string Suppress = "SuppressionAdd";
    const string Unsuppress = "SuppressionRemove";
    const string ListReports = "ReportList";

    public async ValueTask<QueueList> ListAsync(QueueQuery query, CancellationToken cancel) =>
        (await askAsync(new(List, null, null, null, query), cancel)).Messages ?? new([], null);

    public async ValueTask<QueueDetails> ShowAsync(string id, CancellationToken cancel) =>
        (await askAsync(new(Show, id, null, null), cancel)).Message ?? throw NoAnswer();

    public async ValueTask<QueueChange> ChangeAsync(QueueVerb verb, string id, CancellationToken cancel) =>
        (await askAsync(new(Change, id, null, [$"{verb}"]), cancel)).Changed ?? throw NoAnswer();

    public async ValueTask<IReadOnlyList<DeadTask>> ListDeadAsync(CancellationToken cancel) =>
        (await askAsync(new(ListDead, null, null, null), cancel)).Dead ?? [];

    public async ValueTask ReplayDeadAsync(string id, CancellationToken cancel) =>
        await askAsync(new(ReplayDead, id, null, null), cancel);

    public async ValueTask RemoveDeadAsync(string id, CancellationToken cancel) =>
        await askAsync(new(RemoveDead, id, null, null), cancel);

    public async ValueTask<IReadOnlyList<SuppressedAddress>> ListSuppressedAsync(
        string list,
        CancellationToken cancel
    ) => (await askAsync(new(ListSuppressed, list, null, null), cancel)).Suppressed ?? [];

    public async ValueTask SuppressAsync(
        string list,
        string address,
        string text,
        int? days,
        CancellationToken cancel
    ) =>
        await askAsync(
            new(Suppress, list, null, [address, text, days?.ToString(CultureInfo.InvariantCulture) ?? ""]),
            cancel
        );

    public async ValueTask UnsuppressAsync(string list, string address, CancellationToken cancel) =>
        await askAsync(new(Unsuppress, list, null, [address]), cancel);

    public async ValueTask<IReadOnlyList<ReportSummary>> ListReportsAsync(
        string? domain,
        int days,
        CancellationToken cancel
    ) =>
        (await askAsync(new(ListReports, domain, null, [days.ToString(CultureInfo.InvariantCulture)]), cancel)).Reports
        ?? [];

    /// <summary>The server's end.</summary>
    /// <returns>Null where the request is none for the queue.</returns>
    public static async ValueTask<ControlAnswer?> AnswerAsync(
        IQueueAdministration queue,
        ControlRequest request,
        CancellationToken cancel
    )
    {
        var (name, targets) = (request.Name ?? "", request.Targets ?? []);
        switch (request.Operation, targets)
        {
            case (List, _) when request.Query is { } query:
                return new(null, Messages: await queue.ListAsync(query, cancel));
            case (Show, _):
                return new(null, Message: await queue.ShowAsync(name, cancel));
            case (Change, [var word]) when Enum.TryParse<QueueVerb>(word, out var verb):
                return new(null, Changed: await queue.ChangeAsync(verb, name, cancel));
            case (ListDead, _):
                return new(null, Dead: await queue.ListDeadAsync(cancel));
            case (ReplayDead, _):
                await queue.ReplayDeadAsync(name, cancel);
                break;
            case (RemoveDead, _):
                await queue.RemoveDeadAsync(name, cancel);
                break;
            case (ListSuppressed, _):
                return new(null, Suppressed: await queue.ListSuppressedAsync(name, cancel));
            case (Suppress, [var address, var text, var days]):
                var length = int.TryParse(days, CultureInfo.InvariantCulture, out var number) ? number : (int?)null;
                await queue.SuppressAsync(name, address, text, length, cancel);
                break;
            case (Unsuppress, [var address]):
                await queue.UnsuppressAsync(name, address, cancel);
                break;
            case (ListReports, [var text]) when int.TryParse(text, CultureInfo.InvariantCulture, out var span):
                return new(null, Reports: await queue.ListReportsAsync(request.Name, span, cancel));
            default:
                return null;
        }
        return new(Error: null);
    }

    static AdminException NoAnswer() => new("The server's answer lacks what was asked for.");
}
