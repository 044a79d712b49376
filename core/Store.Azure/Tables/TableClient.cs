using System.Buffers;
using System.Text.Json;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Cloud.Store.Ports;

namespace Cloud.Store.Azure.Tables;

/// <summary>One table. What the service refuses is a <see cref="RequestFailedException"/> with its error code.</summary>
sealed class TableClient(HttpPipeline pipeline, string root, string name)
{
    static readonly TableErrors Errors = new();
    static readonly BatchClassifier BatchAnswers = new();

    /// <summary>Reads, and making a table, which says so when it is there; see <see cref="CarefulRetry"/>.</summary>
    public static bool MayRepeat(Request request) =>
        request.Method == RequestMethod.Get
        || (request.Method == RequestMethod.Post && request.Uri.Path.EndsWith("/Tables", StringComparison.Ordinal));

    /// <returns>False when it was there.</returns>
    public async ValueTask<bool> CreateIfNotExistsAsync(CancellationToken cancel)
    {
        var body = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteString("TableName"u8, name);
            json.WriteEndObject();
        }
        using var message = Message(RequestMethod.Post, "Tables");
        message.Request.Headers.Add("Prefer", "return-no-content");
        SetJson(message.Request, body.WrittenMemory);
        await pipeline.SendAsync(message, cancel);
        if (message.Response is { Status: 409 } && StorageFault.CodeOf(message.Response) == "TableAlreadyExists")
            return false;
        return message.Response.Status is 201 or 204 ? true : throw Failure(message.Response);
    }

    /// <returns>The row; null when it, or the table, is not there.</returns>
    public async ValueTask<Row?> GetEntityIfExistsAsync(RowKey key, CancellationToken cancel)
    {
        using var message = Message(RequestMethod.Get, TableOperation.Entity(name, key));
        await pipeline.SendAsync(message, cancel);
        var response = message.Response;
        if (response.Status == 404 && StorageFault.CodeOf(response) is "ResourceNotFound" or "TableNotFound")
            return null;
        if (response.Status != 200)
            throw Failure(response);

        var rows = await EntityReader.ReadAsync(response.ContentStream!, EntityReader.Alone, cancel);
        return rows[0] with { Key = key, ETag = response.Headers.ETag?.ToString("H") ?? rows[0].ETag };
    }

    /// <param name="filter">See <see cref="TableFilter"/>.</param>
    /// <param name="maxPerPage">1 to 1,000.</param>
    /// <returns>An empty page when there is no such table.</returns>
    public async ValueTask<RowPage> QueryAsync(
        string filter,
        string? continuation,
        int maxPerPage,
        CancellationToken cancel
    )
    {
        var query =
            $"{name}()?$filter={Uri.EscapeDataString(filter)}&$top={maxPerPage}{Continuation.Query(continuation)}";
        using var message = Message(RequestMethod.Get, query);
        message.BufferResponse = false;
        await pipeline.SendAsync(message, cancel);
        var response = message.Response;
        if (response.Status == 404 && StorageFault.CodeOf(response) == "TableNotFound")
            return new([], null);
        if (response.Status != 200)
            throw Failure(response);

        var rows = await EntityReader.ReadAsync(response.ContentStream!, EntityReader.InList, cancel);
        return new(rows, Continuation.Of(response));
    }

    /// <summary>One change outside a transaction, without the framing.</summary>
    /// <returns>The row's new ETag, null after a deletion.</returns>
    public async ValueTask<string?> SubmitAsync(RowChange change, CancellationToken cancel)
    {
        var operation = TableOperation.Of(name, change);
        using var message = Message(operation.Method, operation.Path);
        message.Request.Headers.Add("Prefer", "return-no-content");
        if (operation.IfMatch is { } etag)
            message.Request.Headers.Add("If-Match", etag);
        if (operation.Data is { } data)
        {
            var body = new ArrayBufferWriter<byte>(512 + data.Size);
            EntityWriter.Write(body, operation.Key, data);
            SetJson(message.Request, body.WrittenMemory);
        }
        await pipeline.SendAsync(message, cancel);
        var response = message.Response;
        if (response.Status is not (201 or 204))
            throw Failure(response);
        return change.Action == RowAction.Delete ? null : ETag(Header(response, "ETag"));
    }

    /// <summary>Does all changes or none.</summary>
    /// <returns>The rows' new ETags in the order of the changes, null after a deletion.</returns>
    /// <exception cref="TableTransactionFailedException">One of them was refused.</exception>
    /// <exception cref="ArgumentException">A limit is broken; nothing was sent.</exception>
    public async ValueTask<IReadOnlyList<string?>> SubmitTransactionAsync(
        IReadOnlyList<RowChange> changes,
        CancellationToken cancel
    )
    {
        using var message = Message(RequestMethod.Post, "$batch");
        message.ResponseClassifier = BatchAnswers;
        message.Request.Headers.Add("Content-Type", BatchWriter.ContentType);
        message.Request.Content = RequestContent.Create(BatchWriter.Write(root, name, changes));
        await pipeline.SendAsync(message, cancel);
        var response = message.Response;
        if (response.Status != 202)
            throw Failure(response);

        var parts = BatchReader.Read(response.Content.ToMemory(), Header(response, "Content-Type"));
        foreach (var part in parts)
        {
            if (part.Status >= 300)
                throw TableTransactionFailedException.Of(part, response);
        }
        if (parts.Count != changes.Count)
            throw new InvalidDataException($"{parts.Count} answers to {changes.Count} changes");
        return [.. changes.Select((change, i) => change.Action == RowAction.Delete ? null : ETag(parts[i].ETag))];
    }

    HttpMessage Message(RequestMethod method, string path)
    {
        var message = pipeline.CreateMessage();
        message.Request.Method = method;
        message.Request.Uri.Reset(new Uri($"{root}/{path}"));
        message.Request.Headers.Add("Accept", TableOperation.Json);
        message.Request.Headers.Add("DataServiceVersion", "3.0");
        message.Request.Headers.Add("x-ms-version", TableOperation.ServiceVersion);
        return message;
    }

    static void SetJson(Request request, ReadOnlyMemory<byte> body)
    {
        request.Headers.Add("Content-Type", "application/json");
        request.Content = RequestContent.Create(body);
    }

    static string? Header(Response response, string header) =>
        response.Headers.TryGetValue(header, out var value) ? value : null;

    static string ETag(string? value) =>
        value is { Length: > 0 } ? value : throw new InvalidDataException("The table service sent no ETag");

    static RequestFailedException Failure(Response response) => new(response, null, Errors);

    /// <summary>Reads the error's name where tables put it: in the body.</summary>
    sealed class TableErrors : RequestFailedDetailsParser
    {
        public override bool TryParse(
            Response response,
            out ResponseError? error,
            out IDictionary<string, string>? data
        )
        {
            data = null;
            error = StorageFault.CodeOf(response) is { } code ? new(code, null) : null;
            return error is not null;
        }
    }

    /// <summary>A throttled transaction is an accepted batch with a 503 inside: nothing was done, try again.</summary>
    sealed class BatchClassifier : ResponseClassifier
    {
        public override bool IsErrorResponse(HttpMessage message) =>
            base.IsErrorResponse(message) || CarefulRetry.WasTurnedAway(message.Response);

        public override bool IsRetriableResponse(HttpMessage message) =>
            base.IsRetriableResponse(message) || CarefulRetry.WasTurnedAway(message.Response);
    }
}
