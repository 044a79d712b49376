using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Cloud.Store.Ports;

namespace Cloud.Store.Azure.Tables;

/// <summary>Writes rows as the JSON of OData 3: a value whose JSON type says too little is preceded by its Edm type.</summary>
static class EntityWriter
{
    /// <summary>Relaxed, since escaping every letter beyond ASCII would eat into the 4 MiB of a transaction.</summary>
    static readonly JsonWriterOptions Options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    public static void Write(IBufferWriter<byte> output, RowKey key, RowData data)
    {
        using var json = new Utf8JsonWriter(output, Options);
        json.WriteStartObject();
        json.WriteString("PartitionKey"u8, key.Partition);
        json.WriteString("RowKey"u8, key.Row);
        foreach (var (name, value) in data)
            Write(json, name, value);
        json.WriteEndObject();
    }

    static void Write(Utf8JsonWriter json, string name, object value)
    {
        switch (value)
        {
            case string text:
                json.WriteString(name, text);
                break;
            case bool flag:
                json.WriteBoolean(name, flag);
                break;
            case int number:
                json.WriteNumber(name, number);
                break;
            case long number:
                WriteType(json, name, EdmType.Int64);
                json.WriteString(name, EdmType.Text(number));
                break;
            case double number:
                WriteType(json, name, EdmType.Double);
                if (double.IsFinite(number))
                    json.WriteNumber(name, number);
                else
                    json.WriteString(name, EdmType.Text(number));
                break;
            case byte[] bytes:
                WriteType(json, name, EdmType.Binary);
                json.WriteBase64String(name, bytes);
                break;
            case Guid guid:
                WriteType(json, name, EdmType.Guid);
                json.WriteString(name, guid);
                break;
            case DateTimeOffset time when time.UtcTicks < EdmType.FirstTime.UtcTicks:
                WriteType(json, EdmType.EarlyPrefix + name, EdmType.Int64);
                json.WriteString(EdmType.EarlyPrefix + name, EdmType.Text(time.UtcTicks));
                break;
            case DateTimeOffset time:
                WriteType(json, name, EdmType.DateTime);
                json.WriteString(name, EdmType.Text(time));
                break;
            default:
                throw new ArgumentException($"A row cannot hold {value.GetType()}", nameof(value));
        }
    }

    static void WriteType(Utf8JsonWriter json, string name, string type) =>
        json.WriteString(name + EdmType.Annotation, type);
}
