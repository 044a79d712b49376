using System.Globalization;
using System.Text.Json;
using Azure;

namespace Cloud.Store.Azure.Tables;

/// <summary>A transaction was refused as a whole because of one of its changes.</summary>
sealed class TableTransactionFailedException(int status, string? code, int index, string requestId)
    : RequestFailedException(status, $"Transaction refused: {status} {code} (request {requestId})", code, null)
{
    /// <summary>Place of the change that was refused, or -1 when the service did not say.</summary>
    public int FailedTransactionActionIndex { get; } = index;

    public string RequestId { get; } = requestId;

    public static TableTransactionFailedException Of(BatchPart part, Response response) =>
        new(
            part.Status,
            StorageFault.CodeOf(part.Body.Span),
            Index(part.Body.Span),
            response.Headers.RequestId ?? "none"
        );

    /// <remarks>The place comes only in the text: <c>"value":"3:The specified entity already exists. …"</c>.</remarks>
    static int Index(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType != JsonTokenType.PropertyName || !reader.ValueTextEquals("value"u8))
                    continue;
                var text = reader.Read() && reader.TokenType == JsonTokenType.String ? reader.GetString()! : "";
                var digits = text.AsSpan(0, Math.Max(0, text.IndexOf(':')));
                return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var index)
                    ? index
                    : -1;
            }
            return -1;
        }
        catch (JsonException)
        {
            return -1;
        }
    }
}
